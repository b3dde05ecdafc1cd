import {
  LineBot,
  SlackBot,
  ViberBot,
  type LineContext,
  type SlackContext,
  type ViberContext,
} from 'bottender';
import { personas } from 'bottender-persona';

import type { HandleEvent, Pair } from './variants';

/** The parts of any channel's client and bot that are needed here. */
interface AnyClient {
  readonly axios: { defaults: { adapter?: unknown } };
}
interface AnyBot {
  readonly connector: { client?: unknown };
  use(plugin: never): unknown;
  onEvent(handler: never): unknown;
  createRequestHandler(): (body: never) => unknown;
}

const ADAM = {
  name: 'Adam',
  profilePictureUrl: 'https://example.com/adam.png',
};
const SENDER = { name: ADAM.name, iconUrl: ADAM.profilePictureUrl };

/** A plugin that sends everything as `adam`. */
function asAdam() {
  return personas({ directory: { adam: ADAM }, initialPersona: 'adam' });
}

/** A channel's bot, and one message with and without a profile written by hand. */
interface BenchChannel<C> {
  readonly bot: () => AnyBot;
  readonly byHand: (context: C) => Promise<unknown>;
  readonly say: (context: C) => Promise<unknown>;
  readonly body: (n: number) => object;
  readonly answer: string;
}

const line: BenchChannel<LineContext> = {
  bot: () =>
    new LineBot({
      accessToken: 'TOKEN',
      channelSecret: 'SECRET',
      shouldBatch: false,
      sync: true,
    }),
  byHand: async (context) => context.replyText('hi', { sender: SENDER }),
  say: async (context) => context.replyText('hi'),
  body: (n) => ({
    destination: 'U0',
    events: [
      {
        type: 'message',
        replyToken: `R${n}`,
        timestamp: 1,
        source: { type: 'user', userId: `U${n % 10}` },
        message: { id: String(n), type: 'text', text: 'hello' },
      },
    ],
  }),
  answer: '{"sentMessages":[{"id":"1"}]}',
};

const slack: BenchChannel<SlackContext> = {
  bot: () =>
    new SlackBot({ accessToken: 'TOKEN', signingSecret: 'SECRET', sync: true }),
  byHand: (context) =>
    context.chat.postMessage({
      text: 'hi',
      username: SENDER.name,
      iconUrl: SENDER.iconUrl,
    }),
  say: (context) => context.chat.postMessage({ text: 'hi' }),
  body: (n) => ({
    type: 'event_callback',
    event: {
      type: 'message',
      channel: `C${n % 10}`,
      user: `U${n % 10}`,
      text: 'hello',
      ts: `${n}.000005`,
    },
  }),
  answer:
    '{"ok":true,"channel":"C1","ts":"1.2","message":{"text":"hi","username":"Adam"}}',
};

const viber: BenchChannel<ViberContext> = {
  bot: () =>
    new ViberBot({
      accessToken: 'TOKEN',
      sender: { name: 'The bot' },
      sync: true,
    }),
  byHand: (context) =>
    context.sendText('hi', {
      sender: { name: SENDER.name, avatar: SENDER.iconUrl },
    }),
  say: (context) => context.sendText('hi'),
  body: (n) => ({
    event: 'message',
    timestamp: 1,
    message_token: n,
    sender: { id: `V${n % 10}`, name: 'Ann' },
    message: { type: 'text', text: 'hello' },
  }),
  answer: '{"status":0,"status_message":"ok","message_token":5}',
};

/** Compares a profile of the directory with the same profile written by hand. */
export const CHANNEL_PAIRS: Record<string, Pair> = {
  'a profile on LINE': pairOn(line),
  'a profile on Slack': pairOn(slack),
  'a profile on Viber': pairOn(viber),
};

function pairOn<C>({ bot, byHand, say, body, answer }: BenchChannel<C>): Pair {
  const start = (
    handler: (context: C) => Promise<unknown>,
    plugin?: ReturnType<typeof asAdam>,
  ): HandleEvent => {
    const started = bot();
    answerInProcess(started.connector.client as AnyClient, answer);
    if (plugin) started.use(plugin as never);
    const onEvent = async (context: C) => void (await handler(context));
    started.onEvent(onEvent as never);
    const handle = started.createRequestHandler();
    return async (n) => {
      await handle(body(n) as never);
    };
  };
  return { alone: () => start(byHand), variant: () => start(say, asAdam()) };
}

function answerInProcess(client: AnyClient, data: string): void {
  client.axios.defaults.adapter = (config: object) =>
    Promise.resolve({
      data,
      status: 200,
      statusText: 'OK',
      headers: {},
      config,
    });
}
