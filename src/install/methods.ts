import type { Channel } from '../channels/channel';
import { isObject } from '../isObject';
import type { Original } from '../sending/call';

/** What an object has its methods from, itself first; without what all objects have. */
export function* lineOf(object: object): Generator<object> {
  let from: unknown = object;
  while (isObject(from) && from !== Object.prototype) {
    yield from;
    from = Object.getPrototypeOf(from);
  }
}

/** What has methods: a class's prototype, or an object of functions. */
export type Methods = Record<string, Original | undefined>;

/** As a class's methods are: not shown, and replaceable. */
export function methods(
  byName: Record<string, unknown>,
): PropertyDescriptorMap {
  const descriptors: PropertyDescriptorMap = {};
  for (const [name, value] of Object.entries(byName)) {
    descriptors[name] = { value, configurable: true, writable: true };
  }
  return descriptors;
}

type OwnMethod = readonly [name: string, own: Original];

const NONE: readonly OwnMethod[] = [];

/**
 * The channel's methods that are the context's own, not its class's. Each
 * event's context is asked, and few have one.
 */
export function ownMethods(
  context: object,
  { methods: covered }: Channel,
): readonly OwnMethod[] {
  let own = NONE;
  for (const name of Object.getOwnPropertyNames(context)) {
    if (!Object.hasOwn(covered, name)) continue;
    const value: unknown = Reflect.get(context, name);
    if (typeof value === 'function') own = [...own, [name, value as Original]];
  }
  return own;
}
