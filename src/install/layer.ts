import type { Context } from 'bottender';

import { channelOf } from '../channels';
import type { Channel } from '../channels/channel';
import type { Persona } from '../persona';
import type { EphemeralPersona, PersonaProfile } from '../profile';
import { methodDescriptors } from '../util/methodDescriptors';
import { shownPersona } from '../speaking/speaker';
import { checkRun, toTheEnd } from '../speaking/toTheEnd';

import { coveredMethods } from './cover';
import type { Installed } from './installed';
import type { Methods } from './methods';
import { speakerOver } from './speakers';

/**
 * The prototype that lies, as a layer, between contexts and their class: one for
 * all of them, so that an event costs no closures.
 *
 * @param base the contexts' own prototype
 * @param channel what carries personas there; left out where nothing does
 */
export function layerOver(
  base: object,
  channel: Channel | undefined,
  overridden: ReadonlySet<string>,
): object {
  return Object.create(base, {
    ...personaMethods,
    ...(channel && coveredMethods(base as Methods, channel, overridden)),
  }) as object;
}

const personaMethods: PropertyDescriptorMap & ThisType<Installed> = {
  persona: {
    configurable: true,
    get(this: Installed) {
      return shownPersona(this._personas.inForce());
    },
  },
  ...methodDescriptors({
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
