import { channelOf } from '../channels';
import type { Channel } from '../channels/channel';
import type { Where } from '../errors';

import { coverOwnOf, type CoverOwn } from './cover';
import { showsFaces } from './facesSince';
import { layerOver } from './layer';
import type { Methods } from './methods';
import { overriddenMethods } from './overridden';

/** What is the same for all contexts of a class: found out once, because each event has a context. */
export interface ContextClass {
  readonly platform: string;
  /** Whose methods are covered, if any are. */
  readonly channel: Channel | undefined;
  /** `undefined` where Pages speak. */
  readonly where: Where | undefined;
  /** Covers what of these methods is a context's own. */
  readonly coverOwn: CoverOwn | undefined;
  /** What lies between the contexts and their class. */
  readonly layer: object;
  /** The title of the channel that shows personas with a later Bottender only. */
  readonly tooOldFor: string | undefined;
}

const NONE: ReadonlySet<string> = new Set();

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
  const overridden = channel ? overriddenMethods(base, channel) : NONE;
  const made: ContextClass = {
    platform,
    channel,
    where: whereOn(platform, channel),
    coverOwn: channel && coverOwnOf(base as Methods, channel, overridden),
    layer: layerOver(base, channel, overridden),
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
