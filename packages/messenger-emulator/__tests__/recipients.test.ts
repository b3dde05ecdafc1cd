import type { OptInRequest } from 'messenger-emulator';
import {
  APP,
  OTHER_PAGE,
  PAGE,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
  type GraphResponse,
} from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

function send(
  recipient: object,
  message: object = { text: 'hello' },
): Promise<GraphResponse> {
  return emulated.graph('POST', '/me/messages', { recipient, message });
}

/** The app's subscription to these fields. */
async function subscribe(...fields: string[]): Promise<void> {
  const { status } = await emulated.graph(
    'POST',
    `/${APP.appId}/subscriptions`,
    {
      object: 'page',
      callback_url: emulated.webhookUrl,
      verify_token: 'x',
      fields,
    },
    `${APP.appId}|${APP.appSecret}`,
  );
  expect(status).toBe(200);
}

function lastEntry() {
  return emulated.emulator.state().conversations[0]?.entries.at(-1);
}

describe('a comment or a post', () => {
  test('arrives in the feed', async () => {
    await subscribe('feed');
    const { customer } = emulated.emulator;
    customer.set(PSID, { name: 'Ada' });
    const post = await customer.post(PSID, { type: 'post', message: 'Hi' });
    expect(post).toEqual({
      status: 200,
      post_id: expect.stringMatching(`^${PAGE.id}_\\d+$`) as string,
    });
    const { post_id } = post;
    const comment = await customer.post(PSID, {
      type: 'comment',
      message: 'How much?',
      post_id,
    });
    expect(emulated.deliveries.map(({ body }) => body.entry[0])).toEqual([
      {
        id: PAGE.id,
        time: expect.any(Number) as number,
        changes: [
          {
            field: 'feed',
            value: {
              from: { id: PSID, name: 'Ada' },
              item: 'post',
              post_id,
              verb: 'add',
              created_time: expect.any(Number) as number,
              message: 'Hi',
            },
          },
        ],
      },
      expect.objectContaining({
        changes: [
          {
            field: 'feed',
            value: expect.objectContaining({
              item: 'comment',
              post_id,
              comment_id: comment.comment_id,
              message: 'How much?',
            }) as object,
          },
        ],
      }),
    ]);
  });

  test.each(['post', 'comment'] as const)(
    'a %s is answered once, and then with what the customer writes',
    async (type) => {
      const { customer } = emulated.emulator;
      const item = await customer.post(PSID, { type, message: 'How much?' });
      const recipient =
        type === 'post'
          ? { post_id: item.post_id }
          : { comment_id: item.comment_id };
      expect((await send(recipient, {})).status).toBe(400);
      expect(await send(recipient)).toMatchObject({
        status: 200,
        body: { recipient_id: PSID },
      });
      expect(lastEntry()).toMatchObject({
        address: `${type}_id`,
        message: { text: 'hello' },
      });
      expect(refusal(await send(recipient))).toEqual({
        status: 400,
        code: 100,
      });
      expect(refusal(await send({ id: PSID }))).toMatchObject({
        subcode: 2018001,
      });
      await emulated.emulator.say(PSID, 'thanks');
      expect((await send({ id: PSID })).status).toBe(200);
    },
  );

  test('that nobody made is nobody’s', async () => {
    for (const recipient of [{ comment_id: '1_2' }, { post_id: '1_2' }]) {
      expect(refusal(await send(recipient))).toEqual({
        status: 400,
        code: 100,
        subcode: 2018292,
      });
    }
    const { post_id } = await emulated.emulator.customer.post(
      PSID,
      { type: 'post', message: 'Hi' },
      { pageId: OTHER_PAGE.id },
    );
    expect(refusal(await send({ post_id }))).toMatchObject({
      subcode: 2018292,
    });
  });

  test.each<[object]>([
    [{}],
    [{ type: 'post' }],
    [{ type: 'post', message: 'x', post_id: '1_2' }],
    [{ type: 'comment', message: 'x', post_id: 'x' }],
    [{ type: 'photo', message: 'x' }],
  ])('%j is refused', async (item) => {
    const answer = await fetch(
      `${emulated.emulator.origin}/_emulator/actions`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ psid: PSID, action: 'post', item }),
      },
    );
    expect(answer.status).toBe(400);
  });
});

describe('a phone number', () => {
  test('reaches its customer in any notation, and does not reveal the PSID', async () => {
    emulated.emulator.customer.set(PSID, { phoneNumber: '+12125552368' });
    const answer = await send({ phone_number: '+1 (212) 555-2368' });
    expect(answer).toEqual({
      status: 200,
      body: { message_id: expect.any(String) as string },
    });
    expect(lastEntry()).toMatchObject({ address: 'phone_number' });
    expect(refusal(await send({ phone_number: '+12125550000' }))).toEqual({
      status: 400,
      code: 100,
      subcode: 2018001,
    });
  });

  test.each(['', '12', '2125552368', '+1', 7])(
    '%j is refused',
    (phoneNumber) => {
      const details = { phoneNumber } as { phoneNumber: string };
      expect(() => emulated.emulator.customer.set(PSID, details)).toThrow(
        /`phoneNumber` must be/,
      );
    },
  );
});

describe('a token', () => {
  async function tokenOf(type: OptInRequest['type']): Promise<string> {
    const { token } = await emulated.emulator.customer.optIn(PSID, {
      type,
      payload: 'NEWS',
    } as OptInRequest);
    return token ?? '';
  }

  test('for one notification is valid once', async () => {
    const recipient = {
      one_time_notif_token: await tokenOf('one_time_notif_req'),
    };
    expect(await send(recipient)).toMatchObject({
      status: 200,
      body: { recipient_id: PSID },
    });
    expect(refusal(await send(recipient))).toEqual({ status: 400, code: 100 });
  });

  test('for notifications is valid repeatedly', async () => {
    const recipient = {
      notification_messages_token: await tokenOf('notification_messages'),
    };
    expect((await send(recipient)).status).toBe(200);
    expect((await send(recipient)).status).toBe(200);
    expect(lastEntry()).toMatchObject({
      address: 'notification_messages_token',
    });
  });

  test('of one kind is not valid as the other, or for another Page', async () => {
    const token = await tokenOf('one_time_notif_req');
    expect(
      refusal(await send({ notification_messages_token: token })),
    ).toMatchObject({ subcode: 2018001 });
    const elsewhere = await emulated.graph(
      'POST',
      '/me/messages',
      {
        recipient: { one_time_notif_token: token },
        message: { text: 'x' },
      },
      OTHER_PAGE.accessToken,
    );
    expect(refusal(elsewhere)).toMatchObject({ subcode: 2018001 });
  });

  test('is deleted by a reset', async () => {
    const token = await tokenOf('one_time_notif_req');
    emulated.emulator.reset();
    expect(refusal(await send({ one_time_notif_token: token }))).toMatchObject({
      subcode: 2018001,
    });
  });
});

test('sends to a user_ref have no echo and no receipts', async () => {
  // The read receipt is sent after all earlier receipts.
  await subscribe('messages', 'message_echoes', 'message_reads');
  const { customer } = emulated.emulator;
  await customer.optIn(PSID, {
    type: 'checkbox',
    ref: 'news',
    user_ref: 'visitor-1',
  });
  await send({ user_ref: 'visitor-1' }, { text: 'by user_ref' });
  await emulated.emulator.say(PSID, 'hi');
  await send({ id: PSID }, { text: 'by PSID' });
  await emulated.emulator.say(PSID, 'bye');
  const echoed = emulated.deliveries.flatMap(({ event: { message } }) =>
    typeof message === 'object' && message !== null && 'is_echo' in message
      ? [message.text]
      : [],
  );
  expect(echoed).toEqual(['by PSID']);
});

test('an empty recipient is refused with the possible fields', async () => {
  const { body } = await send({ name: 'Ada' });
  expect(body.error?.message).toContain('user_ref, phone_number, comment_id');
});
