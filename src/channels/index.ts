import type { Channel } from './channel';
import { consoleChannel } from './console';
import { line } from './line';
import { messenger } from './messenger';
import { slack } from './slack';
import { telegram } from './telegram';
import { viber } from './viber';
import { whatsapp } from './whatsapp';

/** Every channel; what is not in here has scopes, and messages that show nobody. */
const CHANNELS = [
  messenger,
  consoleChannel,
  line,
  slack,
  viber,
  telegram,
  whatsapp,
] as const;

type Listed = (typeof CHANNELS)[number];

/** The covered methods of the channels on which messages carry a profile, by platform; for types. */
export type FaceMethods = {
  [
    C in Listed as C extends { readonly carries: 'face' }
      ? C['platform']
      : never
  ]: Holder<keyof C['methods']>;
};

/** What of a context has the method: `chat` has `chat.postMessage`. */
type Holder<M> = M extends `${infer Bundle}.${string}` ? Bundle : M;

const byPlatform = new Map<string, Channel>(
  CHANNELS.map((channel) => [channel.platform, channel]),
);

/** The channel of a context's platform; `undefined` for a connector of somebody's own. */
export function channelOf(platform: string): Channel | undefined {
  return byPlatform.get(platform);
}
