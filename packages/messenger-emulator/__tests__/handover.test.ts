import {
  APP,
  PAGE,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';

const INBOX = '263902037430900';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
  emulated.deliveries.length = 0;
});
afterEach(() => emulated.close());

const APP_ID = APP.appId;
const recipient = { id: PSID };
const channels = () =>
  emulated.deliveries.map(({ body, event }) => {
    const [entry = {}] = body.entry;
    return [Object.keys(entry).at(-1), event] as const;
  });
const owner = async () => {
  const { body } = await emulated.graph(
    'GET',
    `/me/thread_owner?recipient=${PSID}`,
  );
  const [state] = emulated.emulator.state().conversations;
  return [JSON.stringify(body), state?.threadOwner];
};

test('the bot passes control to the inbox, a person answers and passes it back', async () => {
  const { emulator, graph } = emulated;
  const passed = await graph('POST', '/me/pass_thread_control', {
    recipient,
    target_app_id: INBOX,
    metadata: 'wants a person',
  });
  expect(passed).toEqual({ status: 200, body: { success: true } });
  expect(await owner()).toEqual([
    `{"data":[{"thread_owner":{"app_id":"${INBOX}"}}]}`,
    INBOX,
  ]);

  // The bot listens, and may not speak.
  expect(await emulator.say(PSID, 'anybody?')).toMatchObject({ status: 200 });
  const spoken = { recipient, message: { text: 'me' } };
  expect(await graph('POST', '/me/messages', spoken)).toMatchObject({
    status: 400,
    body: { error: { code: 10, error_subcode: 2018300 } },
  });
  await emulator.inbox.answer(PSID, 'A person here.');
  expect(emulator.state().conversations[0]?.entries.at(-1)).toMatchObject({
    from: 'page',
    persona: null,
    app_id: INBOX,
    message: { text: 'A person here.' },
  });

  await emulator.inbox.pass(PSID, { metadata: 'done' });
  expect(channels()).toEqual([
    [
      'standby',
      expect.objectContaining({
        sender: { id: PSID },
        message: expect.objectContaining({ text: 'anybody?' }) as object,
      }),
    ],
    [
      'messaging',
      {
        sender: { id: PSID },
        recipient: { id: PAGE.id },
        timestamp: expect.any(Number) as number,
        pass_thread_control: {
          previous_owner_app_id: INBOX,
          new_owner_app_id: APP_ID,
          metadata: 'done',
        },
      },
    ],
  ]);
  expect((await graph('POST', '/me/messages', spoken)).status).toBe(200);
  await emulator.say(PSID, 'thanks');
  expect(channels().at(-1)?.[0]).toBe('messaging');
});

test('the inbox takes control, and the bot takes it back', async () => {
  const { emulator, graph } = emulated;
  expect(await emulator.inbox.take(PSID)).toEqual({ status: 200 });
  expect(channels()[0]?.[1]).toMatchObject({
    take_thread_control: {
      previous_owner_app_id: APP_ID,
      new_owner_app_id: INBOX,
    },
  });
  expect(await emulator.inbox.take(PSID)).toEqual({ status: 0 });
  const pass = { recipient, target_app_id: '1' };
  expect(await graph('POST', '/me/pass_thread_control', pass)).toMatchObject({
    status: 400,
    body: { error: { code: 10 } },
  });
  await graph('POST', '/me/take_thread_control', { recipient });
  expect((await owner())[1]).toBe(APP_ID);
});

test('answering in the inbox takes control', async () => {
  await emulated.emulator.inbox.answer(PSID, 'A person here.');
  expect((await owner())[1]).toBe(INBOX);
  expect(channels()).toMatchObject([
    ['messaging', { take_thread_control: { new_owner_app_id: INBOX } }],
  ]);
});

test('the inbox requests control', async () => {
  await emulated.emulator.inbox.request(PSID, { metadata: 'please' });
  expect(channels()).toMatchObject([
    [
      'messaging',
      {
        request_thread_control: {
          requested_owner_app_id: INBOX,
          metadata: 'please',
        },
      },
    ],
  ]);
  expect((await owner())[1]).toBe(APP_ID);
});

test('echoes of the inbox, and receipts, arrive as standby, buttons without their payload', async () => {
  await emulated.graph('POST', '/me/subscribed_apps', {
    subscribed_fields:
      'messages,message_echoes,standby,messaging_handovers,messaging_postbacks',
  });
  const { origin } = emulated.emulator;
  await fetch(`${origin}/${APP_ID}/subscriptions`, {
    method: 'POST',
    body: new URLSearchParams({
      access_token: `${APP_ID}|${APP.appSecret}`,
      object: 'page',
      callback_url: emulated.webhookUrl,
      verify_token: 'x',
      fields:
        'messages,message_echoes,standby,messaging_handovers,messaging_postbacks',
    }),
  });
  const { emulator } = emulated;
  await emulator.inbox.take(PSID);
  await emulator.inbox.answer(PSID, 'A person here.');
  await emulator.say(PSID, { postback: { title: 'Buy', payload: 'BUY-1' } });
  expect(channels()).toMatchObject([
    ['messaging', { take_thread_control: {} }],
    [
      'standby',
      { message: { is_echo: true, app_id: Number(INBOX), text: /./ } },
    ],
    ['standby', { postback: { title: 'Buy' } }],
  ]);
  expect(JSON.stringify(channels())).not.toContain('BUY-1');
});

test('from a script', async () => {
  const inbox = async (body: object) => {
    const url = `${emulated.emulator.origin}/_emulator/inbox`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.status;
  };
  expect(await inbox({ psid: PSID, action: 'take' })).toBe(200);
  expect(await inbox({ psid: PSID, action: 'answer', text: 'Hi.' })).toBe(200);
  expect(await inbox({ psid: PSID, action: 'pass', metadata: 'm' })).toBe(200);
  expect(await inbox({ psid: PSID, action: 'request' })).toBe(200);
  expect(await inbox({ psid: PSID, action: 'dance' })).toBe(400);
  expect(await inbox({ psid: '77', action: 'take' })).toBe(400);
  expect(await inbox({ psid: PSID, action: 'answer' })).toBe(400);
  expect(
    await inbox({ psid: PSID, action: 'take', metadata: 'x'.repeat(1001) }),
  ).toBe(400);
});

test('events without a subscription are not sent, and remain in the conversation', async () => {
  const { emulator, graph } = emulated;
  await graph('POST', '/me/subscribed_apps', { subscribed_fields: 'feed' });
  expect(await emulator.say(PSID, 'unheard')).toMatchObject({ status: 0 });
  expect(emulated.deliveries).toEqual([]);
  expect(emulator.state().conversations[0]?.entries.at(-1)).toMatchObject({
    message: { text: 'unheard' },
  });
});
