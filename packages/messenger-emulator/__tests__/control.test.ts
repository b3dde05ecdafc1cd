import http from 'node:http';
import type { EmulatorState } from 'messenger-emulator';
import {
  APP,
  OTHER_PAGE,
  PAGE,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

async function control(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${emulated.emulator.origin}/_emulator${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body:
      typeof body === 'string' || body === undefined
        ? body
        : JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
  };
}

describe('messages', () => {
  test('are answered once the bot has answered', async () => {
    const answer = await control('POST', '/messages', {
      psid: PSID,
      text: 'hi',
    });
    expect(answer).toEqual({
      status: 200,
      body: { status: 200, mid: expect.any(String) as string },
    });
    expect(emulated.deliveries[0]?.event).toMatchObject({
      message: { text: 'hi' },
    });
  });

  test('can be sent to another Page', async () => {
    const pageId = OTHER_PAGE.id;
    await control('POST', '/messages', { psid: PSID, text: 'hi', pageId });
    expect(emulated.deliveries[0]?.body.entry[0]?.id).toBe(pageId);
  });

  test('a payload presses an offered quick reply, or else a button', async () => {
    await control('POST', '/messages', { psid: PSID, payload: 'RED' });
    expect(emulated.deliveries[0]?.event).toMatchObject({
      postback: { title: 'RED', payload: 'RED' },
    });
    await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: {
        text: 'Which?',
        quick_replies: [
          { content_type: 'text', title: 'Red one', payload: 'RED' },
        ],
      },
    });
    await control('POST', '/messages', { psid: PSID, payload: 'RED' });
    expect(emulated.deliveries[1]?.event).toMatchObject({
      message: { text: 'Red one', quick_reply: { payload: 'RED' } },
    });
    await control('POST', '/messages', {
      psid: PSID,
      payload: 'RED',
      text: 'Red!',
    });
    expect(emulated.deliveries[2]?.event).toMatchObject({
      postback: { title: 'Red!', payload: 'RED' },
    });
  });

  test.each<[unknown]>([
    [{}],
    [{ psid: PSID }],
    [{ psid: 7, text: 'x' }],
    [{ psid: PSID, text: 7 }],
    [{ psid: PSID, payload: '' }],
    [{ psid: PSID, text: 'x', pageId: '1' }],
    [{ psid: PSID, text: 'x', colour: 'red' }],
    [{ psid: PSID, payload: 'x', colour: 'red' }],
    [{ psid: PSID, payload: 'x', sticker_id: '1' }],
    ['{'],
    ['[]'],
    ['null'],
    [''],
  ])('%j is refused', async (body) => {
    const answer = await control('POST', '/messages', body);
    expect(answer).toEqual({
      status: 400,
      body: { error: { message: expect.any(String) as string } },
    });
    expect(emulated.deliveries).toEqual([]);
  });

  test('report a bot that cannot be reached', async () => {
    emulated.emulator.setWebhookUrl('http://127.0.0.1:9/');
    const answer = await control('POST', '/messages', {
      psid: PSID,
      text: 'hi',
    });
    expect(answer).toMatchObject({
      status: 502,
      body: {
        error: {
          message: expect.stringContaining('could not be reached') as string,
        },
      },
    });
    const [entry] = emulated.emulator.state().conversations[0]?.entries ?? [];
    expect(answer.body.mid).toBe(entry?.mid);
    expect(entry?.undelivered).toMatch(
      /^the webhook http:\/\/127.0.0.1:9\/ could not be reached/,
    );
  });
});

test('the state equals that of emulator.state()', async () => {
  await emulated.persona();
  await emulated.emulator.say(PSID, 'hi');
  const { body } = await control('GET', '/state');
  expect(body).toEqual(JSON.parse(JSON.stringify(emulated.emulator.state())));
  expect(JSON.stringify(body)).not.toMatch(/page-token|app-secret/);
});

test('a request shows the bodies of request and response', async () => {
  await emulated.persona();
  const [row] = emulated.emulator.state().requests;
  const { body } = await control('GET', `/requests/${row?.id}`);
  expect(body).toMatchObject({
    method: 'POST',
    path: '/me/personas',
    status: 200,
  });
  expect(JSON.parse(String(body.requestBody))).toMatchObject({
    name: 'Adam Z.',
  });
  expect(JSON.parse(String(body.responseBody))).toHaveProperty('id');
  expect((await control('GET', '/requests/999')).status).toBe(404);
});

test('customers can get a name and a region, and exist once they have written', async () => {
  await control('POST', '/customers', {
    psid: PSID,
    name: 'Ada',
    european: true,
  });
  expect(emulated.emulator.state().conversations).toEqual([
    {
      psid: PSID,
      pageId: PAGE.id,
      name: 'Ada',
      european: true,
      threadOwner: APP.appId,
      entries: [],
    },
  ]);
  const send = () =>
    emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: { text: 'x' },
    });
  expect((await send()).status).toBe(400);
  await control('POST', '/messages', { psid: PSID, text: 'hi' });
  expect((await send()).status).toBe(200);
  await control('POST', '/customers', { psid: PSID, european: false });
  const [conversation] = emulated.emulator.state().conversations;
  expect(conversation).toMatchObject({ name: 'Ada', european: false });
  for (const wrong of [
    {},
    { psid: PAGE.id },
    { psid: PSID, european: 1 },
    { psid: PSID, name: '' },
  ]) {
    expect((await control('POST', '/customers', wrong)).status).toBe(400);
  }
});

test('faults can be added, and removed one by one or all at once', async () => {
  const status = async () => (await emulated.graph('GET', '/me')).status;
  const { body } = await control('POST', '/faults', {
    pathPattern: '^/me$',
    status: 503,
  });
  expect(await status()).toBe(503);
  await control('DELETE', `/faults/${String(body.id)}`);
  expect(await status()).toBe(200);
  await control('POST', '/faults', { status: 500 });
  await control('POST', '/faults', { path: '/me', status: 500 });
  expect(await status()).toBe(500);
  await control('DELETE', '/faults');
  expect(await status()).toBe(200);
  for (const wrong of [
    {},
    { status: 1 },
    { status: 500, pathPattern: '(' },
    { status: 500, pathPattern: '^/(?!me)' },
    { status: 500, pathPattern: 'x'.repeat(201) },
    { status: 500, path: 7 },
  ]) {
    expect((await control('POST', '/faults', wrong)).status).toBe(400);
  }
});

test('events start with the state and go on with each change', async () => {
  const aborter = new AbortController();
  const response = await fetch(`${emulated.emulator.origin}/_emulator/events`, {
    signal: aborter.signal,
  });
  expect(response.headers.get('content-type')).toMatch('text/event-stream');
  const events = readEvents(response);
  const next = async () => {
    const result: IteratorResult<unknown, unknown> = await events.next();
    return result.value;
  };

  expect(await next()).toEqual({ name: 'retry', data: 500 });
  expect(await next()).toEqual({
    name: 'state',
    data: emulated.emulator.state(),
  });
  const id = await emulated.persona();
  expect(await next()).toMatchObject({
    name: 'persona',
    data: { persona: { id } },
  });
  expect(await next()).toMatchObject({
    name: 'request',
    data: { request: { path: '/me/personas' } },
  });
  await emulated.emulator.say(PSID, 'line\nbreak');
  expect(await next()).toMatchObject({
    name: 'conversation',
    data: { conversation: { psid: PSID, pageId: PAGE.id, european: false } },
  });
  expect(await next()).toMatchObject({
    name: 'entry',
    data: {
      psid: PSID,
      pageId: PAGE.id,
      entry: { message: { text: 'line\nbreak' } },
    },
  });
  aborter.abort();
  await emulated.emulator.say(PSID, 'nobody listens');
});

async function* readEvents(
  response: Response,
): AsyncGenerator<{ name: string; data: EmulatorState | object } | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event, retry = '', data = ''] =
        /^(?:event: (.*)\ndata|(retry)): (.*)$/.exec(block) ?? [];
      const name = event ?? retry;
      yield { name, data: JSON.parse(data) as object };
    }
  }
}

describe('the chat page', () => {
  test.each([
    ['/', 'text/html'],
    ['/_emulator/page/index.html', 'text/html'],
    ['/_emulator/page/client.js', 'text/javascript'],
    ['/_emulator/page/page.css', 'text/css'],
  ])('%s is served with a policy', async (path, type) => {
    const response = await fetch(emulated.emulator.origin + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toMatch(
      "default-src 'none'; script-src 'self'",
    );
  });

  test.each([
    '/_emulator/page/../index.ts',
    '/_emulator/page/..%2findex.ts',
    '/_emulator/page/%2e%2e%2findex.ts',
    '/_emulator/page/none.js',
    '/_emulator/page/',
    '/_emulator/page/client.js/x',
    '/_emulator/pictures/1',
    '/_emulator/attachments/1',
    '/_emulator/',
    '/_emulator/nothing',
  ])('%s is not there', async (path) => {
    expect((await raw('GET', path)).status).toBe(404);
  });

  test('customers have a picture', async () => {
    const response = await fetch(
      `${emulated.emulator.origin}/_emulator/pictures/customer`,
    );
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
  });
});

describe("another website's page", () => {
  const body = JSON.stringify({ psid: PSID, text: 'x' });
  const json = { 'content-type': 'application/json' };

  test.each([
    '/',
    '/_emulator/state',
    '/_emulator/events',
    '/_emulator/page/client.js',
  ])('reads nothing by DNS rebinding: %s', async (path) => {
    expect((await raw('GET', path, { host: 'evil.test' })).status).toBe(403);
    expect(
      (await raw('GET', path, { host: '127.0.0.1.evil.test' })).status,
    ).toBe(403);
  });

  test.each<[string, Record<string, string>, number]>([
    ['another Host', { ...json, host: 'evil.test' }, 403],
    ['another Origin', { ...json, origin: 'http://evil.test' }, 403],
    ['no Origin to speak of', { ...json, origin: 'null' }, 403],
    ['another port', { ...json, origin: 'http://127.0.0.1:1' }, 403],
    ['text', { 'content-type': 'text/plain' }, 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [
      'a type that only looks like JSON',
      { 'content-type': 'application/jsonp' },
      415,
    ],
    ['no type', {}, 415],
  ])('posts nothing with %s', async (_what, headers, status) => {
    for (const path of ['messages', 'customers', 'faults']) {
      expect(
        (await raw('POST', `/_emulator/${path}`, headers, body)).status,
      ).toBe(status);
    }
    expect(emulated.deliveries).toEqual([]);
    expect(emulated.emulator.state().conversations).toEqual([]);
  });

  test('deletes nothing', async () => {
    const headers = { origin: 'http://evil.test' };
    expect((await raw('DELETE', '/_emulator/faults', headers)).status).toBe(
      403,
    );
  });

  test("differs from the emulator's own page, at any name of loopback", async () => {
    const { port } = new URL(emulated.emulator.origin);
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      const host = `${name}:${port}`;
      const headers = { ...json, host, origin: `http://${host}` };
      expect(
        (await raw('POST', '/_emulator/messages', headers, body)).status,
      ).toBe(200);
      expect((await raw('GET', '/', { host })).status).toBe(200);
    }
  });
});

/** Sends what `fetch` would not. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<{ status: number }> {
  const { hostname, port } = new URL(emulated.emulator.origin);
  return new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, method, path, headers, agent: false },
      (response) => {
        resolve({ status: response.statusCode ?? 0 });
        response.destroy();
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

test("the app's ID cannot be a customer's", async () => {
  const answer = await control('POST', '/messages', {
    psid: APP.appId,
    text: 'x',
  });
  expect(answer.status).toBe(400);
});
