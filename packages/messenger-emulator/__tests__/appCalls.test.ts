import {
  APP,
  PAGE,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
} from './support/emulated';

const TOKEN = `${APP.appId}|${APP.appSecret}`;

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

describe('GET /oauth/access_token', () => {
  const ask = async (query: Record<string, string>) => {
    const search = new URLSearchParams({
      client_id: APP.appId,
      client_secret: APP.appSecret,
      grant_type: 'client_credentials',
      ...query,
    });
    const url = `${emulated.emulator.origin}/v23.0/oauth/access_token?${search.toString()}`;
    const response = await fetch(url);
    const body = (await response.json()) as {
      access_token?: string;
      error?: { code: number };
    };
    return { status: response.status, body };
  };

  test("gives the app's token, which the app's calls take", async () => {
    const { status, body } = await ask({});
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: TOKEN, token_type: 'bearer' });
    const edge = `/${APP.appId}/subscriptions`;
    const answer = await emulated.graph(
      'GET',
      edge,
      undefined,
      body.access_token,
    );
    expect(answer.status).toBe(200);
  });

  test.each([
    [{ client_secret: 'wrong-secret' }, 1],
    [{ client_id: '1' }, 101],
    [{ client_id: '' }, 101],
    [{ grant_type: 'authorization_code' }, 100],
  ])('refuses %j', async (query, code) => {
    const { status, body } = await ask(query);
    expect([status, body.error?.code]).toEqual([400, code]);
  });

  test('leaves no secret in the log', async () => {
    await ask({});
    await ask({ client_secret: 'wrong-secret' });
    const { requests } = emulated.emulator.state();
    for (const { id } of requests) {
      const detail = await fetch(
        `${emulated.emulator.origin}/_emulator/requests/${id}`,
      );
      expect(await detail.text()).not.toMatch(/app-secret|wrong-secret/);
    }
    expect(requests).toHaveLength(2);
  });
});

describe('the Sticker API', () => {
  test('lists packs and their stickers, and finds stickers', async () => {
    const ask = (path: string) => emulated.graph('GET', path, undefined, TOKEN);
    const packs = await ask('/v27.0/sticker_packs?locale=ko_KR');
    const [pack] = packs.body.data as { id: string; sticker_count: number }[];
    expect(pack).toMatchObject({
      id: expect.stringMatching(/^\d+$/) as string,
      name: expect.any(String) as string,
      preview_image_url: expect.stringMatching(/^http/) as string,
    });
    const stickers = await ask(`/v27.0/sticker_packs/${pack?.id}/stickers`);
    expect(stickers.body.data).toHaveLength(pack?.sticker_count ?? 0);
    const found = await ask('/v27.0/sticker_search?q=thumb');
    expect(found.body.data).toMatchObject([
      { id: '369239263222822', image_url: expect.any(String) as string },
    ]);
  });

  test('takes the token of the app only, and knows no other packs', async () => {
    for (const path of [
      '/sticker_packs',
      '/sticker_packs/1/stickers',
      '/sticker_search?q=a',
    ]) {
      expect(refusal(await emulated.graph('GET', path))).toEqual({
        status: 400,
        code: 210,
      });
    }
    const unknown = await emulated.graph(
      'GET',
      '/sticker_packs/1/stickers',
      undefined,
      TOKEN,
    );
    expect(refusal(unknown)).toEqual({ status: 400, code: 100, subcode: 33 });
    const nothing = await emulated.graph(
      'GET',
      '/sticker_search',
      undefined,
      TOKEN,
    );
    expect(refusal(nothing)).toEqual({ status: 400, code: 100 });
  });
});

test('attached_files: an item of a batch uploads a part of the body', async () => {
  await emulated.emulator.say(PSID, 'hi');
  const form = new FormData();
  form.set('access_token', PAGE.accessToken);
  const message = JSON.stringify({
    attachment: { type: 'image', payload: {} },
  });
  form.set(
    'batch',
    JSON.stringify([
      {
        method: 'POST',
        relative_url: 'me/messages',
        body: `recipient={"id":"${PSID}"}&message=${encodeURIComponent(message)}`,
        attached_files: 'picture',
      },
      {
        method: 'POST',
        relative_url: 'me/message_attachments',
        body: `message=${encodeURIComponent(message)}`,
        attached_files: 'missing',
      },
    ]),
  );
  form.set('picture', new Blob(['GIF89a']), 'picture.gif');
  const response = await fetch(emulated.emulator.origin, {
    method: 'POST',
    body: form,
  });
  expect(await response.json()).toMatchObject([{ code: 200 }, { code: 400 }]);
  const [conversation] = emulated.emulator.state().conversations;
  const { url } = (
    conversation?.entries.at(-1)?.message?.attachment as {
      payload: { url: string };
    }
  ).payload;
  expect(await (await fetch(url)).text()).toBe('GIF89a');
});

describe('Conversation Routing', () => {
  const INBOX = '263902037430900';
  const owner = async () => {
    const answer = await emulated.graph(
      'GET',
      `/me/thread_owner?recipient=${PSID}`,
    );
    return (answer.body.data as { thread_owner: { app_id: string } }[])[0]
      ?.thread_owner.app_id;
  };
  const send = (thread_control: object) =>
    emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: { text: 'One moment' },
      thread_control,
    });

  beforeEach(() => emulated.emulator.say(PSID, 'hi'));

  test('a send passes control with its message', async () => {
    const answer = await send({ control_type: 'pass', app_id: INBOX });
    expect(answer.status).toBe(200);
    expect(await owner()).toBe(INBOX);
    expect((await send({ control_type: 'release' })).status).toBe(400);
  });

  test('releasing leaves control with the default app, which is the bot', async () => {
    expect((await send({ control_type: 'release' })).status).toBe(200);
    expect(await owner()).toBe(APP.appId);
    const body = { recipient: { id: PSID } };
    const edge = '/me/release_thread_control';
    expect((await emulated.graph('POST', edge, body)).status).toBe(200);
    expect(await owner()).toBe(APP.appId);
    await emulated.emulator.inbox.take(PSID);
    expect(refusal(await emulated.graph('POST', edge, body))).toMatchObject({
      code: 10,
    });
  });

  test('another control type is refused', async () => {
    expect(refusal(await send({ control_type: 'grab' }))).toEqual({
      status: 400,
      code: 100,
    });
  });
});
