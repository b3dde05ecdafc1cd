import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';
import { APP, OTHER_PAGE, PAGE, PSID, refusal } from './support/emulated';
import {
  PlainMessengerApp,
  type PlainAppOptions,
} from './support/plainMessengerApp';
import { runs, ShownBot, type LanguageName } from './support/shownBot';

const VERIFY_TOKEN = 'verify-me';

let emulator: MessengerEmulator;
/** Child processes would keep Jest from ending. */
let shown: ShownBot | undefined;
afterEach(async () => {
  await shown?.stop();
  shown = undefined;
  await emulator.close();
});

function optionsFor(graphOrigin: string): PlainAppOptions {
  return {
    ...APP,
    graphOrigin,
    pageId: PAGE.id,
    pageToken: PAGE.accessToken,
    verifyToken: VERIFY_TOKEN,
  };
}

test.each([
  [
    'plain node:http',
    (options: PlainAppOptions) => new PlainMessengerApp(options),
  ],
  [
    'Python',
    (options: PlainAppOptions) => (shown = new ShownBot('python', options)),
  ],
])(
  'an app on %s sets itself up and talks to a customer',
  async (name, make) => {
    if (name === 'Python' && !runs('python')) return;
    emulator = await startMessengerEmulator({
      ...APP,
      pages: [OTHER_PAGE, PAGE],
    });
    const app = make(optionsFor(emulator.origin));
    await app.start();

    const pageId = PAGE.id;
    const start = { postback: { title: 'Get started', payload: 'START' } };
    expect(await emulator.say(PSID, start, { pageId })).toMatchObject({
      status: 200,
    });
    await emulator.say(PSID, 'hi', { pageId });

    const [conversation] = emulator.state().conversations;
    expect(
      conversation?.entries.map(({ from, persona, message, senderAction }) => [
        from,
        persona?.name,
        message?.text ?? senderAction,
      ]),
    ).toEqual([
      ['user', undefined, undefined],
      ['page', undefined, 'Welcome (START)'],
      ['user', undefined, 'hi'],
      ['persona', 'Eve', 'typing_on'],
      ['persona', 'Eve', 'You said: hi'],
    ]);
    await app.stop();
  },
);

test.each<LanguageName>(['php', 'ruby'])(
  'a webhook in %s answers customers only',
  async (language) => {
    if (!runs(language)) return;
    emulator = await startMessengerEmulator({
      ...APP,
      verifyToken: VERIFY_TOKEN,
      pages: [PAGE],
    });
    shown = new ShownBot(language, optionsFor(emulator.origin));
    const url = await shown.start();
    emulator.setWebhookUrl(url);
    await emulator.verifyWebhook();
    const stranger = await fetch(
      `${url}?hub.verify_token=wrong&hub.challenge=1`,
    );
    expect([stranger.status, await stranger.text()]).toEqual([403, '']);
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(403);

    const said = 'Grüße & "Küsse" 😀';
    expect(await emulator.say(PSID, said)).toMatchObject({ status: 200 });
    await emulator.customer.press(PSID, 'BUY');
    expect(
      emulator
        .state()
        .conversations[0]?.entries.map(({ from, message }) => [
          from,
          message?.text,
        ]),
    ).toEqual([
      ['user', said],
      ['page', `You said: ${said}`],
      ['user', undefined],
    ]);
  },
);

test('an app that does not answer the challenge is not subscribed', async () => {
  emulator = await startMessengerEmulator({
    ...APP,
    verifyToken: VERIFY_TOKEN,
    pages: [PAGE],
  });
  const app = new PlainMessengerApp(optionsFor(emulator.origin));
  await app.start();
  await expect(emulator.verifyWebhook()).resolves.toBeUndefined();

  const subscribe = async (change: Record<string, string>) => {
    const response = await fetch(
      `${emulator.origin}/${APP.appId}/subscriptions`,
      {
        method: 'POST',
        body: new URLSearchParams({
          object: 'page',
          callback_url: 'http://127.0.0.1:9/webhook',
          fields: 'messages',
          verify_token: 'x',
          access_token: `${APP.appId}|${APP.appSecret}`,
          ...change,
        }),
      },
    );
    const body = (await response.json()) as Parameters<
      typeof refusal
    >[0]['body'];
    return refusal({ status: response.status, body });
  };
  // Nobody is there; the wrong token; and what is no webhook at all.
  expect(await subscribe({})).toEqual({ status: 400, code: 2200 });
  const list = await fetch(
    `${emulator.origin}/${APP.appId}/subscriptions?access_token=${APP.appId}|${APP.appSecret}`,
  );
  const { data } = (await list.json()) as { data: { callback_url: string }[] };
  const callback_url = data[0]?.callback_url ?? '';
  expect(await subscribe({ callback_url })).toEqual({
    status: 400,
    code: 2200,
  });
  const other = `${new URL(callback_url).origin}/other`;
  expect(await subscribe({ callback_url: other })).toEqual({
    status: 400,
    code: 2200,
  });
  const wrong: Record<string, string>[] = [
    { object: 'user' },
    { fields: 'telepathy' },
    { fields: '' },
    { callback_url: 'x' },
    { verify_token: '' },
  ];
  for (const change of wrong) {
    expect(await subscribe(change)).toEqual({ status: 400, code: 100 });
  }
  expect(await emulator.say(PSID, 'still there?')).toMatchObject({
    status: 200,
  });

  await app.stop();
  await expect(emulator.verifyWebhook()).rejects.toThrow(
    'could not be reached',
  );
});

test('verifying a webhook needs a token and a URL', async () => {
  emulator = await startMessengerEmulator({ ...APP, pages: [PAGE] });
  await expect(emulator.verifyWebhook()).rejects.toThrow('`verifyToken`');
});
