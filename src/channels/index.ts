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
