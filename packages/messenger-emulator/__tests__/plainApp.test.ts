import { startMessengerEmulator } from 'messenger-emulator';
import { APP, OTHER_PAGE, PAGE, PSID, refusal } from './support/emulated';
import { PlainMessengerApp } from './support/plainMessengerApp';
import { hasPython, PythonApp } from './support/pythonApp';

test.each([
  ['plain node:http', PlainMessengerApp],
  ['Python', PythonApp],
])('an app on %s sets itself up and talks to a customer', async (_, App) => {
  if (App === PythonApp && !hasPython()) return;
  const emulator = await startMessengerEmulator({
    ...APP,
    pages: [OTHER_PAGE, PAGE],
  });
  const app = new App({
    ...APP,
    graphOrigin: emulator.origin,
    pageId: PAGE.id,
    pageToken: PAGE.accessToken,
    verifyToken: 'verify-me',
  });
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
  await emulator.close();
});

test('an app that does not answer the challenge is not subscribed', async () => {
  const emulator = await startMessengerEmulator({
    ...APP,
    verifyToken: 'verify-me',
    pages: [PAGE],
  });
  const app = new PlainMessengerApp({
    ...APP,
    graphOrigin: emulator.origin,
    pageId: PAGE.id,
    pageToken: PAGE.accessToken,
    verifyToken: 'verify-me',
  });
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
  await emulator.close();
});

test('verifying a webhook needs a token and a URL', async () => {
  const emulator = await startMessengerEmulator({ ...APP, pages: [PAGE] });
  await expect(emulator.verifyWebhook()).rejects.toThrow('`verifyToken`');
  await emulator.close();
});
