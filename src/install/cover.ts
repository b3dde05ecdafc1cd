import type { Channel } from '../channels/channel';
import type { ContextPersonas } from '../speaking/contextPersonas';

import { faceMethods } from './faceMethods';
import { idMethods, wrapOwnMethods } from './idMethods';
import { OwnMethods, type Methods } from './methods';
import { wrapOwnFaceMethods } from './ownFaceMethods';

/**
 * To cover a method is to stand in front of it, so that its message shows who
 * speaks. Here, and nowhere else in this folder, channels on which a message
 * carries an ID part from those on which it carries the profile itself.
 *
 * @param base the context's class, as its prototype
 * @param overridden the methods that a class of somebody's own has in place of Bottender's
 */
export function coveredMethods(
  base: Methods,
  channel: Channel,
  overridden: ReadonlySet<string>,
): PropertyDescriptorMap {
  return channel.carries === 'id'
    ? idMethods(base, channel, overridden)
    : faceMethods(base, channel);
}

/** Covers what is a context's own: mocks, another plugin's wrappers, or what its class makes for each. */
export type CoverOwn = (personas: ContextPersonas) => void;

/** The same of all contexts of this class. */
export function coverOwnOf(
  base: Methods,
  channel: Channel,
  overridden: ReadonlySet<string>,
): CoverOwn {
  if (channel.carries === 'id') {
    const own = new OwnMethods(channel.methods);
    return (personas) => wrapOwnMethods(personas, channel, own, overridden);
  }
  const own = new OwnMethods(channel.methods);
  return (personas) => wrapOwnFaceMethods(personas, channel, own, base);
}
