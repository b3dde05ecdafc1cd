import fc from 'fast-check';

import {
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

const texts = (i: number) =>
  emulated.deliveries[i]?.body.entry.map(({ id, messaging }) => [
    id,
    (messaging as { message: { text: string } }[]).map(
      ({ message }) => message.text,
    ),
  ]);

test('events during a pause arrive in one webhook, several per entry', async () => {
  const { emulator, deliveries } = emulated;
  emulator.pauseWebhooks();
  expect(await emulator.say(PSID, 'one')).toMatchObject({ status: 0 });
  await emulator.say('1400000000000002', 'two');
  await emulator.say(PSID, 'three', { pageId: OTHER_PAGE.id });
  await emulator.say(PSID, 'four');
  expect(deliveries).toEqual([]);
  expect(await emulator.resumeWebhooks()).toEqual({ status: 200, events: 4 });
  expect(deliveries).toHaveLength(1);
  expect(texts(0)).toEqual([
    [PAGE.id, ['one', 'two', 'four']],
    [OTHER_PAGE.id, ['three']],
  ]);
  const [conversation] = emulator.state().conversations;
  expect(conversation?.entries[0]).not.toHaveProperty('undelivered');
  await emulator.say(PSID, 'five');
  expect(texts(1)).toEqual([[PAGE.id, ['five']]]);
});

test('a pause that follows at once stays in force', async () => {
  const { emulator, deliveries } = emulated;
  emulator.pauseWebhooks();
  await emulator.say(PSID, 'one');
  const resumed = emulator.resumeWebhooks();
  emulator.pauseWebhooks();
  await emulator.say(PSID, 'two');
  expect(await resumed).toEqual({ status: 0, events: 0 });
  expect(deliveries).toEqual([]);
  const [first, second] = await Promise.all([
    emulator.resumeWebhooks(),
    emulator.resumeWebhooks(),
  ]);
  expect([first.events, second.events]).toEqual([2, 0]);
  expect(texts(0)).toEqual([[PAGE.id, ['one', 'two']]]);
});

test('resuming without a pause delivers nothing', async () => {
  expect(await emulated.emulator.resumeWebhooks()).toEqual({
    status: 0,
    events: 0,
  });
  expect(emulated.deliveries).toEqual([]);
});

test('posts and messages arrive in separate entries', async () => {
  const { emulator, deliveries, graph } = emulated;
  await graph('POST', '/me/subscribed_apps', {
    subscribed_fields: 'feed,messages',
  });
  const { appId, appSecret } = {
    appId: '1200000000000001',
    appSecret: 'app-secret',
  };
  await graph(
    'POST',
    `/${appId}/subscriptions`,
    {
      object: 'page',
      callback_url: emulated.webhookUrl,
      fields: 'feed,messages',
      verify_token: 'x',
    },
    `${appId}|${appSecret}`,
  );
  emulator.pauseWebhooks();
  await emulator.say(PSID, 'hi');
  await emulator.customer.post(PSID, { type: 'post', message: 'Hello' });
  await emulator.resumeWebhooks();
  expect(deliveries.at(-1)?.body.entry).toMatchObject([
    { id: PAGE.id, messaging: [{ message: { text: 'hi' } }] },
    { id: PAGE.id, changes: [{ field: 'feed' }] },
  ]);
});

test('more than 1,000 events arrive in several webhooks, in order', async () => {
  const { emulator, deliveries } = emulated;
  emulator.pauseWebhooks();
  for (let i = 0; i < 1001; i += 1) await emulator.say(PSID, `${i}`);
  const result = await emulator.resumeWebhooks();
  expect(result).toEqual({ status: 200, events: 1001 });
  const sent = deliveries.flatMap(
    ({ body }) => body.entry[0]?.messaging as { message: { text: string } }[],
  );
  expect(deliveries).toHaveLength(2);
  expect(sent.map(({ message }) => message.text)).toEqual(
    Array.from({ length: 1001 }, (_, i) => `${i}`),
  );
});

test('events that the bot does not accept after a pause are marked as lost', async () => {
  const { emulator } = emulated;
  emulator.setWebhookUrl('http://127.0.0.1:1/');
  emulator.pauseWebhooks();
  await emulator.say(PSID, 'hi');
  await expect(emulator.resumeWebhooks()).rejects.toThrow(
    'could not be reached',
  );
  expect(emulator.state().conversations[0]?.entries[0]?.undelivered).toMatch(
    /could not be reached/,
  );
  emulator.setWebhookUrl(emulated.webhookUrl);
  expect((await emulator.say(PSID, 'again')).status).toBe(200);
});

test('reset ends a pause and drops the events', async () => {
  const { emulator, deliveries } = emulated;
  emulator.pauseWebhooks();
  await emulator.say(PSID, 'dropped');
  emulator.reset();
  expect((await emulator.say(PSID, 'hi')).status).toBe(200);
  expect(texts(0)).toEqual([[PAGE.id, ['hi']]]);
  expect(deliveries).toHaveLength(1);
});

test('however pauses interleave with messages, each arrives once and in order', async () => {
  const { emulator, deliveries } = emulated;
  const steps = fc.array(fc.constantFrom('say', 'pause', 'resume', 'resume'), {
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      emulator.reset();
      deliveries.length = 0;
      let said = 0;
      const pending: Promise<unknown>[] = [];
      for (const step of plan) {
        if (step === 'pause') emulator.pauseWebhooks();
        // Not awaited: messages during the delivery are held back too.
        else if (step === 'resume') pending.push(emulator.resumeWebhooks());
        else await emulator.say(PSID, String(said++));
      }
      await Promise.all(pending);
      await emulator.resumeWebhooks();
      const arrived = deliveries.flatMap(({ body }) =>
        body.entry.flatMap(
          ({ messaging }) => messaging as { message: { text: string } }[],
        ),
      );
      expect(arrived.map(({ message }) => message.text)).toEqual(
        Array.from({ length: said }, (_, i) => String(i)),
      );
    }),
    { numRuns: 50 },
  );
});

test('POST /_emulator/webhooks pauses and resumes', async () => {
  const { emulator, deliveries } = emulated;
  const set = async (body: object) => {
    const answer = await fetch(`${emulator.origin}/_emulator/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
  };
  expect(await set({ paused: true })).toEqual([200, { paused: true }]);
  await emulator.say(PSID, 'hi');
  expect(deliveries).toEqual([]);
  expect(await set({ paused: false })).toEqual([
    200,
    { paused: false, status: 200, events: 1 },
  ]);
  expect((await set({ paused: 'yes' }))[0]).toBe(400);
  expect((await set({ paused: true, x: 1 }))[0]).toBe(400);
});

describe('echoBeforeAnswer', () => {
  const echoed = () =>
    emulated.deliveries.filter(({ text }) => text.includes('is_echo')).length;

  test('a send is answered after its echo', async () => {
    await emulated.close();
    emulated = await startEmulated({ echoBeforeAnswer: true });
    await emulated.graph('POST', '/me/subscribed_apps', {
      subscribed_fields: 'messages,message_echoes',
    });
    const { appId, appSecret } = {
      appId: '1200000000000001',
      appSecret: 'app-secret',
    };
    await emulated.graph(
      'POST',
      `/${appId}/subscriptions`,
      {
        object: 'page',
        callback_url: emulated.webhookUrl,
        fields: 'messages,message_echoes',
        verify_token: 'x',
      },
      `${appId}|${appSecret}`,
    );
    await emulated.emulator.say(PSID, 'hi');
    for (let i = 1; i <= 5; i += 1) {
      await emulated.graph('POST', '/me/messages', {
        recipient: { id: PSID },
        message: { text: 'hello' },
      });
      expect(echoed()).toBe(i);
    }
  });
});
