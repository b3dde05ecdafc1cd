import type { Channel } from './channel';
import { line } from './line';
import { consoleChannel, messenger } from './messenger';
import { slack } from './slack';
import { telegram } from './telegram';
import { viber } from './viber';
import { whatsapp } from './whatsapp';

/** The names of the methods of contexts that send, by platform; for types. */
export interface SendMethodNames {
  messenger: `send${string}` | 'typingOn' | 'typingOff';
  line: `${'reply' | 'push' | 'send'}${string}`;
  slack: 'sendText' | 'postMessage' | 'postEphemeral' | 'chat';
  viber: `send${string}`;
  telegram: 'sendText' | 'sendMessage';
  whatsapp: 'sendText';
}

/** Every channel. On a platform that is not in here there are scopes, and messages that show nobody. */
const CHANNELS: readonly Channel[] = [
  messenger,
  consoleChannel,
  line,
  slack,
  viber,
  telegram,
  whatsapp,
];

const byPlatform = new Map(
  CHANNELS.map((channel) => [channel.platform, channel]),
);

export function channelOf(platform: string): Channel | undefined {
  return byPlatform.get(platform);
}
