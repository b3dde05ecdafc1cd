import { channelOf } from '../channels';
import type { Channel } from '../channels/channel';
import type { Where } from '../errors';

import { showsFaces } from './facesSince';
import { layerOver } from './layer';

/** What is the same for all contexts of a class: found out once, because each event has a context. */
export interface ContextClass {
  readonly platform: string;
  /** Whose methods are covered, if any are. */
  readonly channel: Channel | undefined;
  /** `undefined` where Pages speak. */
  readonly where: Where | undefined;
  /** What lies between the contexts and their class. */
  readonly layer: object;
  /** The title of the channel that shows personas with a later Bottender only. */
  readonly tooOldFor: string | undefined;
}

/** By prototype. */
const known = new WeakMap<object, ContextClass>();

/**
 * @param base the contexts' prototype
 * @param platform theirs: a class of somebody's own may serve several
 */
export function contextClass(base: object, platform: string): ContextClass {
  const before = known.get(base);
  if (before?.platform === platform) return before;
  const found = channelOf(platform);
  const isTooOld = found?.carries === 'face' && !showsFaces(base);
  const channel = isTooOld ? undefined : found;
  const made: ContextClass = {
    platform,
    channel,
    where: whereOn(platform, channel),
    layer: layerOver(base, channel),
    tooOldFor: isTooOld ? found.title : undefined,
  };
  known.set(base, made);
  return made;
}

/** A connector of somebody's own is called what it calls itself. */
function whereOn(
  platform: string,
  channel: Channel | undefined,
): Where | undefined {
  if (channel) return channel.carries === 'face' ? channel : undefined;
  return { title: platform, itself: 'The bot' };
}
