import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { MessengerClient } from 'bottender';
import { personas } from 'bottender-persona';
import express from 'express';
import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';

import { AgentsConsole } from '../../example-bot/agents/agentsConsole';
import { consoleRoutes } from '../../example-bot/agents/consoleRoutes';
import { Desk } from '../../example-bot/agents/desk';
import { FACES_PATH, facesRouter } from '../../example-bot/agents/faces';
import { Sessions } from '../../example-bot/agents/sessions';
import { Voices } from '../../example-bot/agents/voices';

const PAGE = { id: '1', name: "Jasper's Market", accessToken: 'TOKEN' };
const PSID = '1001';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const folder = mkdtempSync(path.join(os.tmpdir(), 'console-'));
let emulator: MessengerEmulator;
let server: http.Server;
let agentsConsole: AgentsConsole;
let desk: Desk;
let origin: string;
let url: string;

beforeAll(async () => {
  emulator = await startMessengerEmulator({
    ...{ appId: '1', appSecret: 'SECRET', pages: [PAGE] },
  });
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  emulator.reset();
  emulator.customer.set(PSID, { name: 'Eve Long' });
  const { accessToken } = PAGE;
  const client = new MessengerClient({ accessToken, origin: emulator.origin });
  const plugin = personas();
  server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  desk = new Desk();
  const sessions = new Sessions(60_000);
  agentsConsole = new AgentsConsole({
    ...{ desk, sessions, publicUrl: origin, hosts: ['desk.test'] },
    voices: new Voices(plugin.client(client), plugin),
    file: path.join(folder, `${Math.random()}.json`),
  });
  const app = express();
  app.use(FACES_PATH, facesRouter(sessions));
  app.use(agentsConsole.path, consoleRoutes(agentsConsole));
  // The customer must have written before the Page may.
  app.post('/webhook', (_request, response) => response.sendStatus(200));
  server.on('request', app);
  emulator.setWebhookUrl(`${origin}/webhook`);
  await emulator.say(PSID, 'hello');
  url = `${origin}${agentsConsole.path}/`;
  desk.wait(PSID);
});
afterEach(async () => {
  await agentsConsole.close();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

const JSON_TYPE = { 'content-type': 'application/json' };

/** Posts as the console's page does. */
function post(
  what: string,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + what, {
    method: 'POST',
    headers: { ...JSON_TYPE, origin, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function messageOf(answer: Response): Promise<[number, string]> {
  const { error } = (await answer.json()) as { error: { message: string } };
  return [answer.status, error.message];
}

/** An agent's browser. */
async function signIn(name: string, face: object = { face: 'fern' }) {
  const answer = await post('sign-in', { name, ...face });
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get('set-cookie') ?? '';
  const { me } = (await answer.json()) as {
    me: { id: string; pictureUrl: string };
  };
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  return {
    ...me,
    cookie,
    headers,
    post: (what: string, body: object = {}) =>
      post(what, { psid: PSID, ...body }, headers),
    get: (what: string) => fetch(url + what, { headers }),
  };
}

/** What the customer was sent, and by whom. */
const shown = () =>
  (emulator.state().conversations[0]?.entries ?? [])
    .filter(({ from }) => from !== 'user')
    .map(({ persona, message }) => [persona?.name, message?.text]);

describe('who may use it', () => {
  it('is known by a cookie that scripts and other websites do not get', async () => {
    const { cookie, get } = await signIn('Ana');
    expect(cookie).toMatch(/^agent=[\w-]{43};/);
    expect(cookie).toMatch('; HttpOnly');
    expect(cookie).toMatch('; SameSite=Strict');
    expect(cookie).toMatch(`Path=${agentsConsole.path};`);
    const token = /agent=([\w-]+)/.exec(cookie)?.[1] ?? 'none';
    const session = await (await get('session')).text();
    expect(session).toMatch('Ana');
    expect(session).not.toMatch(token);
  });

  it.each(['events', `conversations/${PSID}`, 'pictures/x'])(
    'GET %s is for agents who are signed in',
    async (what) => {
      expect(await messageOf(await fetch(url + what))).toEqual([
        401,
        'You are not signed in.',
      ]);
    },
  );

  it.each([
    ...['take', 'message', 'again', 'typing', 'read', 'hand-back'],
    ...['hand-over', 'sign-out', 'picture?psid=1001&key=1'],
  ])('POST %s is for agents who are signed in', async (what) => {
    const answer = await post(what, { psid: PSID, key: 'k', text: 'hi' });
    expect(answer.status).toBe(401);
    expect(shown()).toEqual([]);
  });

  it('is nobody from another website', async () => {
    const { headers } = await signIn('Ana');
    const foreign: Record<string, string>[] = [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const each of foreign) {
      const answer = await post(
        'take',
        { psid: PSID },
        { ...headers, ...each },
      );
      expect(await messageOf(answer)).toEqual([
        403,
        'Only the console itself can do this.',
      ]);
    }
    const bare = await fetch(`${url}take`, { method: 'POST', headers });
    expect(bare.status).toBe(403);
    const form = { 'content-type': 'text/plain' };
    const simple = await post('take', { psid: PSID }, { ...headers, ...form });
    expect(simple.status).toBe(404);
    expect(desk.agentOf(PSID)).toBeNull();
  });

  it.each([
    ['127.0.0.1:80', 200],
    ['[::1]:80', 200],
    ['localhost', 200],
    ['desk.test:5000', 200],
    ['evil.example', 403],
    ['evil.example:127', 403],
    ['127.0.0.1.evil.example', 403],
  ])('is asked as %s, and answers %i', async (host, status) => {
    const { port } = server.address() as AddressInfo;
    const request = http.get({
      ...{ port, host: '127.0.0.1', headers: { host } },
      path: `${agentsConsole.path}/`,
    });
    const [answer] = (await once(request, 'response')) as [
      http.IncomingMessage,
    ];
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });

  it('is nobody without the address', async () => {
    expect((await fetch(`${origin}/console/`)).status).toBe(404);
    expect((await fetch(`${origin}/console/${'0'.repeat(32)}/`)).status).toBe(
      404,
    );
  });
});

it('serves pages that run nothing inline, and no other files', async () => {
  for (const file of ['', 'console.js', 'page/dom.js', 'nothing', 'session']) {
    const { headers } = await fetch(url + file);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toMatch(/no-store|max-age=0/);
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch("default-src 'none'");
    expect(policy).toMatch("frame-ancestors 'none'");
    expect(policy).not.toMatch('unsafe');
  }
  for (const file of [
    '%2e%2e/App.ts',
    'page/..%2f..%2foptions.ts',
    '..%5cApp.ts',
  ]) {
    expect((await fetch(url + file)).status).toBeGreaterThanOrEqual(400);
  }
});

describe('signing in', () => {
  it('creates a persona, which signing out deletes', async () => {
    const { post, pictureUrl } = await signIn('Ana');
    expect(pictureUrl).toBe(`${origin}/faces/fern.png`);
    const picture = await fetch(pictureUrl);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(emulator.state().personas).toMatchObject([
      { name: 'Ana', deleted: false },
    ]);
    const answer = await post('sign-out');
    expect(answer.headers.get('set-cookie')).toMatch(/^agent=;.*Max-Age=0/);
    await emulator.waitFor(({ personas }) => personas[0]?.deleted);
    expect((await post('take')).status).toBe(401);
  });

  it('takes the initials that the browser has drawn', async () => {
    const picture = PNG.toString('base64');
    const { pictureUrl } = await signIn('Ana', { face: 'initials', picture });
    const served = await fetch(pictureUrl);
    expect(served.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(PNG);
    expect((await fetch(`${origin}/faces/of/nobody`)).status).toBe(404);
  });

  it.each([
    [{ name: '', face: 'fern' }, 400],
    [{ name: 'x'.repeat(51), face: 'fern' }, 400],
    [{ name: 'A\nB', face: 'fern' }, 400],
    [{ name: 'Ana', face: '../offer' }, 400],
    [{ name: 'Ana', face: 'initials', picture: 'PHN2Zz4=' }, 400],
    [{ name: 'Ana', face: 'initials', picture: 'x'.repeat(200_000) }, 413],
    [{ name: ['Ana'], face: 'fern' }, 400],
    [{ name: 'Ana', face: { toString: 1 } }, 400],
    [{ name: 'Ana', face: 'initials', picture: { toString: 1 } }, 400],
  ])('as nobody in particular, %#, is refused', async (body, status) => {
    const [given, message] = await messageOf(await post('sign-in', body));
    expect(given).toBe(status);
    expect(message).toEqual(expect.any(String));
  });

  it('is for one of a name', async () => {
    await signIn('Ana');
    expect(
      await messageOf(await post('sign-in', { name: 'ana', face: 'iris' })),
    ).toEqual([409, 'Another ana is signed in already.']);
  });

  it('says so if customers will see the Page', async () => {
    emulator.fail({ path: '/me/personas', error: { code: 100 } });
    const answer = await post('sign-in', { name: 'Ana', face: 'fern' });
    expect(await answer.json()).toMatchObject({
      notice: expect.stringContaining('see the name of the Page') as string,
    });
  });
});

describe('a customer', () => {
  it('belongs to the first who takes them; the other sees who that is', async () => {
    const [ana, ben] = [await signIn('Ana'), await signIn('Ben')];
    const stream = await ana.get('events');
    expect((await ana.post('take')).status).toBe(204);
    expect(await messageOf(await ben.post('take'))).toEqual([
      409,
      'Ana took this customer first.',
    ]);
    const message = { text: 'hi', key: '1' };
    expect(await messageOf(await ben.post('message', message))).toEqual([
      409,
      'Ana has this customer.',
    ]);
    for (const what of ['typing', 'read', 'again', 'hand-back', 'hand-over']) {
      expect((await ben.post(what)).status).toBe(409);
    }
    expect((await ana.post('message', message)).status).toBe(204);
    await emulator.waitFor(() => shown().length > 0);
    expect(shown()).toEqual([['Ana', 'hi']]);

    const left = once(agentsConsole.options.sessions, 'change');
    await stream.body?.cancel();
    await left;
    expect((await ben.post('take')).status).toBe(204);
    expect(desk.agentOf(PSID)).toBe(ben.id);
  });

  it('gets a message once, and messages in their order', async () => {
    const ana = await signIn('Ana');
    await ana.post('take');
    const say = (text: string) => ana.post('message', { text, key: text });
    await Promise.all([say('one'), say('one')]);
    const slow = emulator.fail({ path: '/me/messages', delayMs: 50, times: 1 });
    await say('two');
    await say('three');
    await say('one');
    await emulator.waitFor(() => shown().length === 3);
    slow();
    expect(shown().map(([, text]) => text)).toEqual(['one', 'two', 'three']);
  });

  it('gets a picture as the agent’s persona', async () => {
    const ana = await signIn('Ana');
    await ana.post('take');
    const send = (body: Buffer, type: string) =>
      fetch(`${url}picture?psid=${PSID}&key=${body.length}`, {
        method: 'POST',
        headers: { ...ana.headers, origin, 'content-type': type },
        body: new Uint8Array(body),
      });
    expect((await send(PNG, 'image/png')).status).toBe(204);
    const entry = await emulator.waitFor(({ conversations }) =>
      conversations[0]?.entries.find(({ message }) => message?.attachment),
    );
    expect(entry).toMatchObject({
      persona: { name: 'Ana' },
      message: { attachment: { type: 'image' } },
    });
    const [, , sent] = desk.messages.in(PSID) ?? [];
    const kept = await ana.get(sent?.picture ?? '');
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(PNG);

    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(await messageOf(await send(svg, 'image/svg+xml'))).toEqual([
      415,
      'Only PNG, JPEG and GIF can be sent.',
    ]);
    const large = Buffer.concat([PNG, Buffer.alloc(6 * 1024 * 1024)]);
    expect(await messageOf(await send(large, 'image/png'))).toEqual([
      413,
      'This is too large.',
    ]);
  });

  it('stays with the agent if the hand-back fails', async () => {
    const ana = await signIn('Ana');
    await ana.post('take');
    const endFault = emulator.fail({
      path: '/me/messages',
      error: { code: 1200 },
    });
    const [status, message] = await messageOf(await ana.post('hand-back'));
    expect([status, message]).toEqual([
      502,
      expect.stringContaining('stays with you'),
    ]);
    expect(desk.agentOf(PSID)).toBe(ana.id);
    endFault();
    expect((await ana.post('hand-back')).status).toBe(204);
    expect(desk.agentOf(PSID)).toBeNull();
    expect(shown()).toEqual([[undefined, 'What else can I do for you?']]);
  });

  it('waits again when the agent signs out, and is told of the bot', async () => {
    const ana = await signIn('Ana');
    await ana.post('take');
    await ana.post('message', { text: 'bye', key: '1' });
    await ana.post('sign-out');
    await emulator.waitFor(({ personas }) => personas[0]?.deleted);
    expect(shown()).toEqual([
      ['Ana', 'bye'],
      [undefined, 'A colleague will be with you as soon as possible.'],
    ]);
    expect(desk.isWaiting(PSID)).toBe(true);
    // Nobody came back for the last message.
    expect(emulator.state().personas).toHaveLength(1);
  });

  it('is shown by name', async () => {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (desk.summaries()[0]?.name === 'Eve Long') resolve();
      };
      desk.conversations.on('conversation', look);
      look();
    });
  });

  it('can be handed over to a colleague who is signed in', async () => {
    const [ana, ben] = [await signIn('Ana'), await signIn('Ben')];
    await ana.post('take');
    expect((await ana.post('hand-over', { to: 'nobody' })).status).toBe(409);
    expect((await ana.post('hand-over', { to: ben.id })).status).toBe(204);
    expect(desk.agentOf(PSID)).toBe(ben.id);
  });
});

describe('a message', () => {
  it('shows why it failed, without the token, and goes out again', async () => {
    const ana = await signIn('Ana');
    await ana.post('take');
    const endFault = emulator.fail({
      path: '/me/messages',
      error: { code: 1200 },
    });
    await ana.post('message', { text: 'hi', key: '1' });
    const failed = await entryWith('failed');
    expect(failed.reason).toMatch('1200');
    expect(failed.reason).not.toMatch(PAGE.accessToken);
    endFault();
    await ana.post('again', { id: failed.id });
    await entryWith('sent');
    expect(shown()).toEqual([['Ana', 'hi']]);
  });

  it.each([
    [{ text: '', key: '1' }, 400],
    [{ text: 'x'.repeat(2001), key: '1' }, 400],
    [{ text: { length: 1 }, key: '1' }, 400],
    [{ text: 'hi', key: '' }, 400],
    [{ text: 'hi', key: 'x'.repeat(101) }, 400],
    [{ text: 'hi', key: '1', psid: 'unknown' }, 404],
    [{ text: 'hi', key: '1', psid: { $ne: 1 } }, 404],
    [{ text: 'x'.repeat(20_000), key: '1' }, 413],
  ])('%# is refused with a reason', async (body, status) => {
    const ana = await signIn('Ana');
    await ana.post('take');
    const [given, message] = await messageOf(await ana.post('message', body));
    expect([given, message]).toEqual([status, expect.any(String)]);
    expect(shown()).toEqual([]);
  });

  it('that is malformed is refused with a reason', async () => {
    const { headers } = await signIn('Ana');
    expect(await messageOf(await post('message', '{"psid', headers))).toEqual([
      400,
      'The request is malformed.',
    ]);
  });

  async function entryWith(status: string) {
    const find = () =>
      desk.messages.in(PSID)?.find((entry) => entry.status === status);
    return new Promise<NonNullable<ReturnType<typeof find>>>((resolve) => {
      const look = () => {
        const found = find();
        if (found) resolve(found);
      };
      desk.conversations.on('entry', look);
      look();
    });
  }
});

it('keeps its address, agents and customers in a file', async () => {
  const ana = await signIn('Ana');
  await ana.post('take');
  const { desk: old, ...options } = agentsConsole.options;
  await agentsConsole.close();
  const kept = readFileSync(options.file, 'utf8');
  expect(kept).not.toMatch(ana.headers.cookie.slice('agent='.length));

  const sessions = new Sessions(60_000);
  const again = new AgentsConsole({ ...options, sessions, desk: new Desk() });
  expect(again.path).toBe(agentsConsole.path);
  const token = ana.headers.cookie.slice('agent='.length);
  expect(sessions.find(token)).toMatchObject({ name: 'Ana' });
  expect(again.options.desk.agentOf(PSID)).toBe(old.agentOf(PSID));
  again.streams.close();
  sessions.close();
});
