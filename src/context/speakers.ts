import { withoutPersona, withPersonaId } from './arguments';
import type { FaceChannel } from '../channels/channel';
import { COVERED_METHODS } from '../channels/messenger';
import type { ScopedPersonas } from './scopedPersonas';
import type { InForce } from './speaker';

/** A method by any name; what is none is not called. */
type Method = (...args: unknown[]) => unknown;

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
  lead = 0,
): object {
  const methods: Record<string, Method> = {};
  for (const name of COVERED_METHODS) {
    if (!hasMethod(target, name)) continue;
    methods[name] = (...args) => {
      // The speaker has been chosen.
      const others = withPersonaId(name, args, null, lead);
      return personas.as(speaker, () => call(target, name, others));
    };
  }
  if (hasMethod(target, 'typing')) {
    methods.typing = (...args) =>
      personas.as(speaker, () => call(target, 'typing', args));
  }
  return methods;
}

/** The same on a channel on which messages carry a profile; what stands in an object, as Slack's `chat`, stands in one. */
export function faceSpeakerOver(
  target: object,
  personas: ScopedPersonas,
  speaker: InForce,
  { methods: places }: FaceChannel,
): object {
  const methods: Record<string, Method> = {};
  const bundles: Record<string, Record<string, Method>> = {};
  for (const path of [...Object.keys(places), 'typing']) {
    const [name = '', bundle] = path.split('.').reverse();
    const holder = () =>
      bundle === undefined ? target : (Reflect.get(target, bundle) as object);
    // Bottender's own, beneath the methods that a bot calls.
    if (name.startsWith('_') || !holder() || !hasMethod(holder(), name))
      continue;
    const into = bundle === undefined ? methods : (bundles[bundle] ??= {});
    into[name] = (...args) =>
      personas.as(speaker, () => call(holder(), name, args.map(anonymous)));
  }
  return { ...methods, ...bundles };
}

/** An argument that names no persona: the speaker has been chosen. */
function anonymous(argument: unknown): unknown {
  return Array.isArray(argument)
    ? argument.map(withoutPersona)
    : withoutPersona(argument);
}

function hasMethod(target: object, name: string): boolean {
  return typeof Reflect.get(target, name) === 'function';
}

function call(target: object, name: string, args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(target, name) as Method, target, args);
}
