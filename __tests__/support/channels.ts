import { createHmac } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import {
  createServer,
  LineBot,
  SlackBot,
  TelegramBot,
  ViberBot,
  WhatsappBot,
  type Bot,
} from 'bottender';

import { afterTest } from './afterTest';
import { listenOnLoopback } from './loopback';

export type ChannelName = 'line' | 'slack' | 'telegram' | 'viber' | 'whatsapp';

/** A request that a platform got. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** What a platform answers; `undefined` is its usual success. */
export type AnswerTo = (
  request: Recorded,
) => { status?: number; body: object } | undefined;

/** The successful answers that the platforms document. */
const SUCCESS: Record<ChannelName, (request: Recorded) => object> = {
  line: () => ({ sentMessages: [{ id: '461230966842064897' }] }),
  slack: ({ path, body }) =>
    path.endsWith('postEphemeral')
      ? { ok: true, message_ts: '1502210682.580145' }
      : {
          ok: true,
          channel: 'C1',
          ts: '1503435956.000247',
          message: {
            type: 'message',
            subtype: 'bot_message',
            bot_id: 'B1',
            text: body.text,
            ...(body.username !== undefined && { username: body.username }),
          },
        },
  telegram: () => ({ ok: true, result: { message_id: 1 } }),
  viber: () => ({ status: 0, status_message: 'ok', message_token: 5 }),
  whatsapp: () => ({ sid: 'SM1', status: 'queued' }),
};

/** Starts a platform that records requests. */
export async function startPlatform(
  channel: ChannelName,
  answer: AnswerTo = () => undefined,
): Promise<{ origin: string; received: Recorded[] }> {
  const received: Recorded[] = [];
  const { origin } = await listenOnLoopback((request, response) => {
    void record(request, response, (recorded) => {
      received.push(recorded);
      return answer(recorded) ?? { body: SUCCESS[channel](recorded) };
    });
  });
  return { origin, received };
}

async function record(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (recorded: Recorded) => { status?: number; body: object },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const isForm = request.headers['content-type']?.includes('urlencoded');
  const body = (
    isForm
      ? Object.fromEntries(new URLSearchParams(text))
      : JSON.parse(text || '{}')
  ) as Recorded['body'];
  const { method = '', url: path = '' } = request;
  const { status = 200, body: given } = answer({ method, path, body });
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify(given));
}

export interface ChannelSetup {
  readonly plugins?: readonly ((context: never) => unknown)[];
  readonly answer?: AnswerTo;
  /** Slack's. */
  readonly accessToken?: string;
  /** LINE's. */
  readonly sendMethod?: 'reply' | 'push';
  readonly shouldBatch?: boolean;
  /** A class that extends Bottender's, for the contexts. */
  readonly contextClass?: new (params: never) => object;
}

export interface ChannelBot {
  readonly received: Recorded[];
  /** The errors of handlers, and of messages that are sent after them. */
  readonly errors: unknown[];
  /** A customer writes, with a signed webhook, and this action handles it. Resolves to the requests. */
  run<C>(action: (context: C) => unknown): Promise<Recorded[]>;
}

/** A bot on Bottender's own server and connector of a channel, and a platform that records requests. */
export async function startOn(
  channel: ChannelName,
  { plugins = [], answer, contextClass, ...own }: ChannelSetup = {},
): Promise<ChannelBot> {
  const { origin, received } = await startPlatform(channel, answer);
  const bot: Bot<never, never, never, never> = BOTS[channel](
    origin,
    own,
  ) as never;
  const errors: unknown[] = [];
  let action: (context: never) => unknown = () => undefined;
  bot.onEvent((async (context: never) => {
    await action(context);
  }) as never);
  bot.onError(((_: never, { error }: { error: unknown }) => {
    errors.push(error);
  }) as never);
  for (const plugin of plugins) bot.use(plugin);
  if (contextClass) {
    const client: unknown = Reflect.get(bot.connector, 'client');
    const create = (params: object) =>
      new contextClass({ ...params, ...own, client } as never);
    Object.assign(bot.connector, { createContext: create });
  }

  const server: Server = await new Promise((resolve) => {
    const listening: Server = createServer(bot, {
      path: '/webhook',
    }).listen(0, '127.0.0.1', () => resolve(listening));
  });
  afterTest(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    received,
    errors,
    async run(next) {
      action = next;
      const { body, headers } = WEBHOOKS[channel](`https://${host}/webhook`);
      const { status } = await fetch(`http://${host}/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      if (status !== 200) throw new Error(`the webhook was answered ${status}`);
      return received.splice(0);
    },
  };
}

const SECRET = 'SECRET_OF_TESTS';

const BOTS: Record<ChannelName, (origin: string, own: ChannelSetup) => object> =
  {
    line: (origin, own) =>
      new LineBot({
        accessToken: 'TOKEN',
        channelSecret: SECRET,
        shouldBatch: false,
        origin,
        sync: true,
        ...own,
      }),
    slack: (origin, { accessToken = 'xoxb-TOKEN' }) =>
      new SlackBot({
        accessToken,
        signingSecret: SECRET,
        origin,
        sync: true,
      }),
    telegram: (origin) =>
      new TelegramBot({ accessToken: 'TOKEN', origin, sync: true }),
    viber: (origin) =>
      new ViberBot({
        accessToken: SECRET,
        sender: { name: 'The bot' },
        origin,
        sync: true,
      }),
    whatsapp: (origin) =>
      new WhatsappBot({
        accountSid: 'AC1',
        authToken: SECRET,
        phoneNumber: 'whatsapp:+1',
        origin,
        sync: true,
      }),
  };

interface Webhook {
  readonly body: string;
  readonly headers: Record<string, string>;
}

function hmac(algorithm: string, text: string) {
  return createHmac(algorithm, SECRET).update(text);
}

/** A customer's "hello", signed as the platform signs it. */
const WEBHOOKS: Record<ChannelName, (url: string) => Webhook> = {
  line: () => {
    const body = JSON.stringify({
      destination: 'U0',
      events: [
        {
          type: 'message',
          replyToken: 'REPLY_TOKEN',
          timestamp: 1,
          source: { type: 'user', userId: 'U1' },
          message: { id: '1', type: 'text', text: 'hello' },
        },
      ],
    });
    const signature = hmac('sha256', body).digest('base64');
    return { body, headers: { 'x-line-signature': signature } };
  },
  slack: () => {
    const body = JSON.stringify({
      type: 'event_callback',
      event: {
        type: 'message',
        channel: 'C1',
        user: 'U1',
        text: 'hello',
        ts: '1355517523.000005',
        thread_ts: '1355517523.000001',
      },
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const digest = hmac('sha256', `v0:${timestamp}:${body}`).digest('hex');
    return {
      body,
      headers: {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${digest}`,
      },
    };
  },
  telegram: () => ({
    body: JSON.stringify({
      update_id: 1,
      message: {
        message_id: 1,
        date: 1,
        from: { id: 7, is_bot: false, first_name: 'Ann' },
        chat: { id: 7, type: 'private' },
        text: 'hello',
      },
    }),
    headers: {},
  }),
  viber: () => {
    const body = JSON.stringify({
      event: 'message',
      timestamp: 1,
      message_token: 1,
      sender: { id: 'V1', name: 'Ann' },
      message: { type: 'text', text: 'hello' },
    });
    const signature = hmac('sha256', body).digest('hex');
    return { body, headers: { 'x-viber-content-signature': signature } };
  },
  whatsapp: (url) => {
    const fields = {
      Body: 'hello',
      From: 'whatsapp:+2',
      SmsStatus: 'received',
      To: 'whatsapp:+1',
    };
    const signed = Object.entries(fields)
      .map(([key, value]) => key + value)
      .join('');
    return {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': hmac('sha1', url + signed).digest('base64'),
      },
    };
  },
};
