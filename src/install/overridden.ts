import type { Channel } from '../channels/channel';

/** By the prototype of a context's class. */
const known = new WeakMap<object, ReadonlySet<string>>();

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
  const before = known.get(base);
  if (before) return before;
  const overridden = new Set<string>();
  const passed: string[] = [];
  let from: unknown = base;
  while (typeof from === 'object' && from !== null) {
    if (Object.hasOwn(from, '_getSendMethodOptions')) {
      for (const name of passed.splice(0)) overridden.add(name);
    }
    for (const name of Object.getOwnPropertyNames(from)) {
      if (Object.hasOwn(methods, name)) passed.push(name);
    }
    from = Object.getPrototypeOf(from);
  }
  known.set(base, overridden);
  return overridden;
}
