import type { Context } from 'bottender';

import { channelOf } from '../channels';
import type { Channel } from '../channels/channel';
import { COVERED_METHODS, type CoveredMethod } from '../channels/messenger';
import type { EphemeralPersona, PersonaProfile } from '../profile';
import type { Persona } from '../persona';

import type { Original } from './delivery';
import { deliverAtEnds } from './ends';
import { faceMethods } from './faceLayer';
import { coverOwn } from './faceOwn';
import { methods, type Methods, type PersonaHost } from './host';
import { inScope } from './scope';
import { send } from './send';
import { shownPersona } from './speaker';
import { faceSpeakerOver, speakerOver } from './speakers';
import { checkRun, toTheEnd } from './toTheEnd';

/** By channel, where there is one, and class. */
const layers = new Map<Channel | undefined, WeakMap<object, object>>();

/**
 * The prototype that stands between a context and its class: made once per
 * class, so that an event costs no closures.
 *
 * @param base the context's own prototype
 * @param channel what carries personas there; left out where nothing does
 */
export function layerOver(base: object, channel: Channel | undefined): object {
  const made = layers.get(channel) ?? new WeakMap<object, object>();
  let layer = made.get(base);
  if (!layer) {
    layer = Object.create(base, {
      ...personaMethods,
      ...(channel && coveredMethods(base as Methods, channel)),
    }) as object;
    made.set(base, layer);
    layers.set(channel, made);
  }
  return layer;
}

/** The covered methods of a channel's contexts, by name. */
export function namesOf(channel: Channel): readonly string[] {
  return channel.carries === 'id'
    ? channel.methods
    : Object.keys(channel.methods);
}

/** Wraps what is the context's own: mocks, another plugin's wrappers, or what its class makes for each. */
export function wrapOwnMethods(
  context: PersonaHost,
  channel: Channel,
  base: object,
): void {
  if (channel.carries === 'id') wrapOwnMessengerMethods(context);
  else coverOwn(context, channel, base as Methods);
}

function wrapOwnMessengerMethods(context: PersonaHost): void {
  const own = COVERED_METHODS.filter(
    (method) =>
      Object.hasOwn(context, method) &&
      typeof Reflect.get(context, method) === 'function',
  );
  if (own.length === 0) return;
  const goesThrough = deliverAtEnds(context, context._personas);
  for (const method of own) {
    const original = Reflect.get(context, method) as Original;
    // A Proxy, because tests ask a mock for its calls by the method's name.
    const wrapped = new Proxy(original, {
      apply: (target, self, args: unknown[]) =>
        send(context._personas, {
          method,
          args,
          lead: 0,
          self: self as object,
          original: target,
          goesThrough,
        }),
    });
    Reflect.set(context, method, wrapped);
  }
}

const personaMethods: PropertyDescriptorMap & ThisType<PersonaHost> = {
  persona: {
    configurable: true,
    get(this: PersonaHost) {
      return shownPersona(this._personas.inForce());
    },
  },
  ...methods({
    usePersona(this: PersonaHost, persona: Persona | null) {
      this._personas.use(persona);
    },
    as(this: PersonaHost, ...given: unknown[]) {
      const { _personas: personas } = this;
      const { context } = personas;
      const channel = channelOf(context.platform);
      const speaker = personas.keep(...given);
      return channel?.carries === 'face'
        ? faceSpeakerOver(context, personas, speaker, channel)
        : speakerOver(context, personas, speaker);
    },
    withPersona(
      this: PersonaHost & Context,
      persona: Persona | null,
      run: (context: Context, props: object) => unknown,
    ) {
      return this._personas.with(persona, () => {
        checkRun('context.withPersona', run);
        return toTheEnd(() => run(this, {}), this);
      });
    },
    async withEphemeralPersona(
      this: PersonaHost & Context,
      profile: PersonaProfile,
      run: (persona: EphemeralPersona, context: Context) => unknown,
    ) {
      checkRun('context.withEphemeralPersona', run);
      return this._personas.withEphemeral(profile, (id, checked) =>
        toTheEnd(() => run({ id, ...checked }, this), this),
      );
    },
  }),
};

function coveredMethods(
  base: Methods,
  channel: Channel,
): PropertyDescriptorMap {
  return channel.carries === 'id'
    ? messengerMethods(base)
    : faceMethods(base, channel);
}

function messengerMethods(base: Methods): PropertyDescriptorMap {
  const covered: Record<string, unknown> = {};
  for (const method of COVERED_METHODS) {
    if (method in base) covered[method] = coveredMethod(base, method);
  }
  if ('typing' in base) {
    // Both indicators show the same face, whoever speaks when the second goes out.
    covered.typing = function (this: PersonaHost, ...args: unknown[]) {
      const personas = this._personas;
      return inScope(personas, personas.inForce(), () =>
        base.typing?.apply(this, args),
      );
    };
  }
  return methods(covered);
}

function coveredMethod(base: Methods, method: CoveredMethod) {
  return function (this: PersonaHost, ...args: unknown[]) {
    const original = base[method];
    return (
      original &&
      send(this._personas, { method, args, lead: 0, self: this, original })
    );
  };
}
