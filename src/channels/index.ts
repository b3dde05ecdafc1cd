import type { Channel } from './channel';
import { line } from './line';
import { consoleChannel, messenger } from './messenger';
import { slack } from './slack';
import { telegram } from './telegram';
import { viber } from './viber';
import { whatsapp } from './whatsapp';

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

/** The channels whose clients can be given personas. */
export const CLIENT_CHANNELS = CHANNELS.filter(
  (channel) => channel !== consoleChannel,
);

export function channelOf(platform: string): Channel | undefined {
  return byPlatform.get(platform);
}
