import type { Channel } from '../channels/channel';
import { isObject } from '../isObject';
import { withoutPersona, withPersonaId } from '../sending/arguments';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import type { InForce } from '../speaking/speaker';

/** A method by any name; what is none is not called. */
type Method = (...args: unknown[]) => unknown;

/** Where a method stands: on a context, or in an object of functions that it has. */
interface Path {
  readonly whole: string;
  readonly name: string;
  readonly bundle: string | undefined;
}

/**
 * The send and typing methods of a context, or of a client, under one persona:
 * bound, so that they can be handed on, and blind to the scope that they are
 * called in. They call what `target` has under their names at that time, so
 * that wrappers of others take part.
 *
 * @param lead how many arguments stand before those that a context's method takes
 */
export function speakerOver(
  target: object,
  personas: ScopedPersonas,
  speaker: InForce,
  channel: Channel,
  lead = 0,
): object {
  const speaking: Record<string, Method | Record<string, Method>> = {};
  const bundles: Record<string, Record<string, Method>> = {};
  for (const { whole, name, bundle } of pathsOf(channel)) {
    const holder = () =>
      bundle === undefined ? target : (Reflect.get(target, bundle) as unknown);
    if (!hasMethod(holder(), name)) continue;
    const method: Method = (...args) =>
      personas.as(speaker, () =>
        call(holder(), name, anonymous(channel, whole, args, lead)),
      );
    if (bundle === undefined) speaking[name] = method;
    else (bundles[bundle] ??= {})[name] = method;
  }
  return Object.assign(speaking, bundles);
}

const paths = new WeakMap<Channel, readonly Path[]>();

function pathsOf(channel: Channel): readonly Path[] {
  const known = paths.get(channel);
  if (known) return known;
  const found = [...Object.keys(channel.methods), 'typing']
    // Bottender's own, beneath the methods that a bot calls.
    .filter((whole) => !whole.startsWith('_'))
    .map((whole): Path => {
      const [name = '', bundle] = whole.split('.').reverse();
      return { whole, name, bundle };
    });
  paths.set(channel, found);
  return found;
}

/** Arguments that name no persona: the speaker has been chosen. */
function anonymous(
  channel: Channel,
  method: string,
  args: unknown[],
  lead: number,
): unknown[] {
  if (channel.carries === 'id') {
    const place = channel.methods[method];
    return place ? withPersonaId(args, place.at + lead, null) : args;
  }
  return args.map((argument: unknown) =>
    Array.isArray(argument)
      ? argument.map(withoutPersona)
      : withoutPersona(argument),
  );
}

function hasMethod(holder: unknown, name: string): holder is object {
  return isObject(holder) && typeof Reflect.get(holder, name) === 'function';
}

function call(holder: unknown, name: string, args: unknown[]): unknown {
  if (!hasMethod(holder, name)) return undefined;
  return Reflect.apply(Reflect.get(holder, name) as Method, holder, args);
}
