import type { Channel } from './channel';
import { line } from './line';
import { messenger } from './messenger';
import { slack } from './slack';
import { telegram } from './telegram';
import { viber } from './viber';
import { whatsapp } from './whatsapp';

const CHANNELS = new Map<string, Channel>([
  ['messenger', messenger],
  // It shows what Messenger would be sent.
  ['console', messenger],
  ['line', line],
  ['slack', slack],
  ['telegram', telegram],
  ['viber', viber],
  ['whatsapp', whatsapp],
]);

/** The channel of a context's platform; `undefined` for a connector of somebody's own. */
export function channelOf(platform: string): Channel | undefined {
  return CHANNELS.get(platform);
}
