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

/** A context's own method, in place of its class's. */
export type OwnMethod = readonly [name: string, own: Original];

const NONE: readonly OwnMethod[] = [];

/**
 * Finds the channel's methods that are a context's own, not its class's. Each
 * event's context is asked, and few have one: mostly its properties are those
 * of the one before, of which none is covered.
 */
export class OwnMethods {
  private plain: readonly string[] = [];

  constructor(private readonly channel: Channel) {}

  of(context: object): readonly OwnMethod[] {
    const names = Object.getOwnPropertyNames(context);
    if (names.every((name, at) => name === this.plain[at])) return NONE;
    const covered = names.filter((name) =>
      Object.hasOwn(this.channel.methods, name),
    );
    if (covered.length === 0) this.plain = names;
    return covered.flatMap((name): OwnMethod[] => {
      const value: unknown = Reflect.get(context, name);
      return typeof value === 'function' ? [[name, value as Original]] : [];
    });
  }
}
