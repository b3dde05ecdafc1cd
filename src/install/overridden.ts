import type { Channel } from '../channels/channel';

import { lineOf } from './methods';

/**
 * The covered methods that a class of somebody's own has in the place of
 * Bottender's. It stands around these as another plugin's wrapper does, and may
 * call others of them. Bottender's class is told by what its sends take their
 * options from.
 *
 * @param base the prototype of the context's class
 */
export function overriddenMethods(
  base: object,
  { methods }: Channel,
): ReadonlySet<string> {
  const overridden = new Set<string>();
  const passed: string[] = [];
  for (const from of lineOf(base)) {
    if (Object.hasOwn(from, '_getSendMethodOptions')) {
      for (const name of passed.splice(0)) overridden.add(name);
    }
    for (const name of Object.getOwnPropertyNames(from)) {
      if (Object.hasOwn(methods, name)) passed.push(name);
    }
  }
  return overridden;
}
