import type { Context } from 'bottender';

import { channelOf } from '../channels';
import type { Channel } from '../channels/channel';
import type { Persona } from '../persona';
import type { EphemeralPersona, PersonaProfile } from '../profile';
import { shownPersona } from '../speaking/speaker';
import { checkRun, toTheEnd } from '../speaking/toTheEnd';

import { coveredMethods } from './cover';
import type { Installed } from './installed';
import { methods, type Methods } from './methods';
import { speakerOver } from './speakers';

/** By channel, where there is one, and class. */
const layers = new Map<Channel | undefined, WeakMap<object, object>>();

/**
 * The prototype that lies, as a layer, between a context and its class: made
 * once per class, so that an event costs no closures.
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

const personaMethods: PropertyDescriptorMap & ThisType<Installed> = {
  persona: {
    configurable: true,
    get(this: Installed) {
      return shownPersona(this._personas.inForce());
    },
  },
  ...methods({
    usePersona(this: Installed, persona: Persona | null) {
      this._personas.use(persona);
    },
    as(this: Installed, ...given: unknown[]) {
      const { _personas: personas } = this;
      const { context } = personas;
      const channel = channelOf(context.platform);
      return speakerOver(context, personas, personas.keep(...given), channel);
    },
    withPersona(
      this: Installed & Context,
      persona: Persona | null,
      run: (context: Context, props: object) => unknown,
    ) {
      return this._personas.with(persona, () => {
        checkRun('context.withPersona', run);
        return toTheEnd(() => run(this, {}), this);
      });
    },
    async withEphemeralPersona(
      this: Installed & Context,
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
