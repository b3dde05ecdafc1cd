import type { Channel } from '../channels/channel';
import { isObject } from '../util/isObject';
import { withoutPersona } from '../sending/arguments';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import type { InForce } from '../speaking/speaker';

import { lineOf } from './methods';

/** A method by any name; what is none is not called. */
type Method = (...args: unknown[]) => unknown;

/** Where a method stands: on a context, or in an object of functions that it has. */
interface Path {
  readonly name: string;
  readonly bundle: string | undefined;
}

/**
 * The send and typing methods of a context, or of a client, under one persona:
 * bound, so that they can be handed on, and blind to the scope that they are
 * called in. They call what `target` has under their names at that time, so
 * that wrappers of others take part.
 */
export function speakerOver(
  target: object,
  personas: ScopedPersonas,
  speaker: InForce,
  channel: Channel | undefined,
): object {
  const speaking: Record<string, Method | Record<string, Method>> = {};
  const bundles: Record<string, Record<string, Method>> = {};
  const paths = channel ? pathsOf(channel) : pathsIn(target);
  for (const { name, bundle } of paths) {
    const holder = () =>
      bundle === undefined ? target : (Reflect.get(target, bundle) as unknown);
    if (!hasMethod(holder(), name)) continue;
    const method: Method = (...args) =>
      personas.as(speaker, () => call(holder(), name, anonymous(args)));
    if (bundle === undefined) speaking[name] = method;
    else (bundles[bundle] ??= {})[name] = method;
  }
  return Object.assign(speaking, bundles);
}

const known = new WeakMap<Channel, readonly Path[]>();

function pathsOf(channel: Channel): readonly Path[] {
  const before = known.get(channel);
  if (before) return before;
  const found = [...Object.keys(channel.methods), 'typing']
    // Bottender's own, beneath the methods that a bot calls.
    .filter((whole) => !whole.startsWith('_'))
    .map((whole): Path => {
      const [name = '', bundle] = whole.split('.').reverse();
      return { name, bundle };
    });
  known.set(channel, found);
  return found;
}

/** On a channel that is not known here, nothing shows who speaks, and all that sends by its name is there. */
function pathsIn(target: object): readonly Path[] {
  const names = new Set<string>();
  for (const from of lineOf(target)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (/^(send|typing)/.test(name)) names.add(name);
    }
  }
  return [...names].map((name) => ({ name, bundle: undefined }));
}

/** Arguments that name no persona: the speaker has been chosen. */
function anonymous(args: unknown[]): unknown[] {
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
