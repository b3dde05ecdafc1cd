import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CustomerMessage } from 'messenger-emulator';
import {
  APP,
  OTHER_PAGE,
  PAGE,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';

const APP_TOKEN = `${APP.appId}|${APP.appSecret}`;

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

describe('what a customer says', () => {
  test('arrives as a webhook of Messenger, signed twice', async () => {
    const { status, mid } = await emulated.emulator.say(PSID, 'grüezi');
    expect(status).toBe(200);
    const [delivery] = emulated.deliveries;
    const at = emulated.emulator.state().conversations[0]?.entries[0]?.at;
    expect(delivery?.body).toEqual({
      object: 'page',
      entry: [
        {
          id: PAGE.id,
          time: expect.any(Number) as number,
          messaging: [
            {
              sender: { id: PSID },
              recipient: { id: PAGE.id },
              timestamp: at,
              message: { mid, text: 'grüezi' },
            },
          ],
        },
      ],
    });
    const sign = (algorithm: string) =>
      createHmac(algorithm, APP.appSecret)
        .update(delivery?.text ?? '')
        .digest('hex');
    expect(delivery?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-hub-signature': `sha1=${sign('sha1')}`,
      'x-hub-signature-256': `sha256=${sign('sha256')}`,
    });
  });

  test.each<[string, CustomerMessage, object]>([
    [
      'a quick reply',
      { text: 'Red', quick_reply: { payload: 'RED' } },
      { message: { text: 'Red', quick_reply: { payload: 'RED' } } },
    ],
    [
      'an image',
      {
        attachments: [{ type: 'image', payload: { url: 'https://x.test/y' } }],
      },
      {
        message: {
          attachments: [
            { type: 'image', payload: { url: 'https://x.test/y' } },
          ],
        },
      },
    ],
    [
      'a pressed button',
      { postback: { title: 'Start', payload: 'GET_STARTED' } },
      { postback: { title: 'Start', payload: 'GET_STARTED' } },
    ],
  ])('can be %s', async (_what, said, event) => {
    const { mid } = await emulated.emulator.say(PSID, said);
    expect(emulated.deliveries[0]?.event).toMatchObject({
      sender: { id: PSID },
      ...event,
    });
    const [entry] = emulated.emulator.state().conversations[0]?.entries ?? [];
    expect(entry).toMatchObject({ from: 'user', persona: null, mid, ...event });
  });

  test('of a ticked checkbox has no sender', async () => {
    const optin = { ref: 'checkout', user_ref: 'ref-1' };
    await emulated.emulator.say(PSID, { optin });
    const event = emulated.deliveries[0]?.event;
    expect(event).toMatchObject({ recipient: { id: PAGE.id }, optin });
    expect(event).not.toHaveProperty('sender');
  });

  test('goes to the given Page', async () => {
    await emulated.emulator.say(PSID, 'hi', { pageId: OTHER_PAGE.id });
    expect(emulated.deliveries[0]?.body.entry[0]?.id).toBe(OTHER_PAGE.id);
    expect(emulated.emulator.state().conversations).toMatchObject([
      { psid: PSID, pageId: OTHER_PAGE.id, european: false },
    ]);
  });

  test.each<[string, unknown, unknown, unknown?]>([
    ['psid', '', 'hi'],
    ['psid', 7, 'hi'],
    ['psid', PAGE.id, 'hi'],
    ['psid', '../x', 'hi'],
    ['message', PSID, ''],
    ['message', PSID, {}],
    ['message', PSID, null],
    ['message.txt', PSID, { txt: 'x' }],
    ['message.text', PSID, { quick_reply: { payload: 'x' } }],
    ['message.quick_reply.payload', PSID, { text: 'x', quick_reply: {} }],
    ['message.attachments', PSID, { attachments: [] }],
    ['message.attachments[0].type', PSID, { attachments: [{}] }],
    ['message.postback.payload', PSID, { postback: { title: 'x' } }],
    ['message.optin.user_ref', PSID, { optin: { ref: 'x' } }],
    ['pageId', PSID, 'hi', { pageId: '1' }],
    ['options.page', PSID, 'hi', { page: '1' }],
  ])('must be valid: %s', async (name, psid, message, options = {}) => {
    const said = emulated.emulator.say(
      psid as string,
      message as CustomerMessage,
      options as { pageId?: string },
    );
    await expect(said).rejects.toThrow(`\`${name}\``);
    expect(emulated.deliveries).toEqual([]);
    expect(emulated.emulator.state().conversations).toEqual([]);
  });

  test("returns the bot's status, good or bad", async () => {
    const bot = http.createServer((_request, response) => {
      response.writeHead(500).end();
    });
    await new Promise<void>((resolve) =>
      bot.listen(0, '127.0.0.1', () => resolve()),
    );
    const { port } = bot.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/?secret=1`;
    emulated.emulator.setWebhookUrl(url);
    expect(await emulated.emulator.say(PSID, 'hi')).toMatchObject({
      status: 500,
    });
    expect(
      emulated.emulator.state().conversations[0]?.entries[0]?.undelivered,
    ).toBe("the bot's webhook answered 500");
    await new Promise((resolve) => bot.close(resolve));
    const said = emulated.emulator.say(PSID, 'hi');
    await expect(said).rejects.toThrow(
      `the webhook http://127.0.0.1:${port}/ could not be reached`,
    );
    await expect(said).rejects.not.toThrow('secret');
  });

  test('needs a webhook URL', async () => {
    const other = await startEmulated({ webhookUrl: undefined });
    await expect(other.emulator.say(PSID, 'hi')).rejects.toThrow(
      'no webhook URL',
    );
    expect(() => other.emulator.setWebhookUrl('x')).toThrow('`webhookUrl`');
    other.emulator.setWebhookUrl(other.webhookUrl);
    expect(await other.emulator.say(PSID, 'hi')).toMatchObject({ status: 200 });
    await other.close();
  });
});

describe('receipts', () => {
  const reply = () =>
    emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: { text: 'hello', metadata: 'm' },
    });
  const events = () => emulated.deliveries.map(({ event }) => event);

  test('are sent to subscribed apps, in order', async () => {
    await subscribe('messages,message_deliveries,message_reads,message_echoes');
    await emulated.emulator.say(PSID, 'hi');
    const { body } = await reply();
    await emulated.emulator.say(PSID, 'thanks');
    expect(events()).toMatchObject([
      { message: { text: 'hi' } },
      {
        sender: { id: PAGE.id },
        recipient: { id: PSID },
        message: {
          is_echo: true,
          app_id: Number(APP.appId),
          mid: body.message_id,
          text: 'hello',
          metadata: 'm',
        },
      },
      {
        sender: { id: PSID },
        recipient: { id: PAGE.id },
        delivery: {
          mids: [body.message_id],
          watermark: expect.any(Number) as number,
        },
      },
      {
        sender: { id: PSID },
        read: { watermark: expect.any(Number) as number },
      },
      { message: { text: 'thanks' } },
    ]);
  });

  test('are not sent to other apps', async () => {
    await emulated.emulator.say(PSID, 'hi');
    await reply();
    await emulated.emulator.say(PSID, 'thanks');
    expect(events()).toMatchObject([
      { message: { text: 'hi' } },
      { message: { text: 'thanks' } },
    ]);
  });

  test('need a subscription of the Page too', async () => {
    await subscribe('messages,message_echoes');
    await emulated.graph('POST', '/me/subscribed_apps', {
      subscribed_fields: 'messages',
    });
    await emulated.emulator.say(PSID, 'hi');
    await reply();
    await emulated.emulator.say(PSID, 'thanks');
    expect(events()).toHaveLength(2);
  });

  /** By hand, because the recording webhook answers no challenge. */
  async function subscribe(fields: string): Promise<void> {
    const bot = http.createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '/', 'http://bot');
      if (request.method === 'GET') {
        response.end(searchParams.get('hub.challenge'));
        return;
      }
      const forwarded = http.request(
        emulated.webhookUrl,
        { method: 'POST', headers: request.headers },
        (answer) => {
          answer.resume();
          response.writeHead(answer.statusCode ?? 500).end();
        },
      );
      request.pipe(forwarded);
    });
    await new Promise<void>((resolve) =>
      bot.listen(0, '127.0.0.1', () => resolve()),
    );
    bots.push(bot);
    const { port } = bot.address() as AddressInfo;
    const { status } = await emulated.graph(
      'POST',
      `/${APP.appId}/subscriptions`,
      {
        object: 'page',
        callback_url: `http://127.0.0.1:${port}/`,
        verify_token: 'v',
        fields,
      },
      APP_TOKEN,
    );
    expect(status).toBe(200);
  }
  const bots: http.Server[] = [];
  afterEach(() => {
    for (const bot of bots.splice(0)) {
      bot.closeAllConnections();
      bot.close();
    }
  });
});
