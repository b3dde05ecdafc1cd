import type { ChannelName as Registered } from 'bottender-persona';

import type { ChannelFixture } from './fixture';
import { line } from './line';
import { slack } from './slack';
import { telegram } from './telegram';
import { viber } from './viber';
import { whatsapp } from './whatsapp';

/** Every channel but Messenger, which has an emulator. */
export type ChannelName = Exclude<Registered, 'messenger'>;

/** The suites that run on every channel run on these. */
export const FIXTURES: Record<ChannelName, ChannelFixture> = {
  line,
  slack,
  viber,
  telegram,
  whatsapp,
};

export const CHANNEL_NAMES = Object.keys(FIXTURES) as ChannelName[];
