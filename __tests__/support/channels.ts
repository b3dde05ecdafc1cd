import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createServer, type Bot } from 'bottender';

import { afterTest } from './afterTest';
import { FIXTURES, type ChannelName } from './channelFixtures';
import type { BotSettings, Recorded } from './channelFixtures/fixture';
import { listenOnLoopback } from './loopback';

export { CHANNEL_NAMES, FIXTURES, type ChannelName } from './channelFixtures';
export type { Recorded } from './channelFixtures/fixture';

/** What a platform answers; `undefined` is its usual success. */
export type AnswerTo = (
  request: Recorded,
) => { status?: number; body: object } | undefined;

/** Starts a platform that records requests. */
export async function startPlatform(
  channel: ChannelName,
  answer: AnswerTo = () => undefined,
): Promise<{ origin: string; received: Recorded[] }> {
  const received: Recorded[] = [];
  const { origin } = await listenOnLoopback((request, response) => {
    void record(request, response, (recorded) => {
      received.push(recorded);
      return answer(recorded) ?? { body: FIXTURES[channel].success(recorded) };
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

export interface ChannelSetup extends BotSettings {
  readonly plugins?: readonly ((context: never) => unknown)[];
  readonly answer?: AnswerTo;
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
  const bot: Bot<never, never, never, never> = FIXTURES[channel].bot(
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
      const { body, headers } = FIXTURES[channel].webhook(
        `https://${host}/webhook`,
      );
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
