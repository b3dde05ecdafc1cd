import type { Channel } from './channel';
import { line } from './line';
import { consoleChannel, messenger } from './messenger';
import { slack } from './slack';
import { telegram } from './telegram';
import { viber } from './viber';
import { whatsapp } from './whatsapp';

/**
 * Every channel, with its types. On a platform that is not in here there are
 * scopes, and messages that show nobody.
 */
export const CHANNELS = [messenger, line, slack, viber, telegram, whatsapp];

const byPlatform = new Map<string, Channel>(
  [...CHANNELS, consoleChannel].map((channel) => [channel.platform, channel]),
);

export function channelOf(platform: string): Channel | undefined {
  return byPlatform.get(platform);
}

// What the compiler knows of the channels, from the types of their files.

type Registered = (typeof CHANNELS)[number];

/** A channel, as Bottender's contexts name it. */
export type ChannelName = Registered['platform'];

/** The names of the methods of contexts that send, by platform. */
export type SendMethodNames = {
  [C in Registered as C['platform']]: NonNullable<C['methods']>['context'];
};

/** The names of the methods of clients that send. */
export type ClientMethodNames = {
  [C in Registered as C['platform']]: NonNullable<C['methods']>['client'];
};

/** What only the clients of a channel have. */
export type ClientMarks = {
  [C in Registered as C['platform']]: Record<C['ownMethod'], unknown>;
};
