import type { Channel, DisplayProfile } from '../channels/channel';
import type { Look } from '../directory/entries';
import type { PersonaRefusedError } from '../errors';
import { isPersonaId } from '../persona';
import type { PersonaProfile } from '../profile';
import type { Runtime } from '../runtime';
import type { ActiveSpeaker } from '../speaking/speaker';
import { warnOnce } from '../util/warnOnce';

import type { Resolution, Sending } from './resolution';

/**
 * How a message comes by the profile that it carries; `undefined` for the Page,
 * and for IDs without a profile, which mean nothing outside Messenger.
 */
export function resolveProfile(
  speaker: ActiveSpeaker,
  runtime: Runtime,
  sending: Pick<Sending, 'context' | 'account'>,
  { displayProfile }: Channel,
): Resolution | undefined {
  const { directory, refusals } = runtime;
  switch (speaker.kind) {
    case 'ephemeral':
      return shown(lookOf(speaker.handle.persona.profile));
    case 'uncreated':
      return shown(lookOf(speaker.profile));
    case 'unavailable':
      return refused(speaker.refusal, speaker.name);
    case 'persona': {
      const { persona } = speaker;
      const look = directory.lookOf(persona);
      if (look) return shown(look);
      if (isPersonaId(persona) || directory.has(persona)) return undefined;
      return refused(refusals.unknownPersona(persona, sending.context));
    }
    default:
      return undefined;
  }

  function shown(look: Look): Resolution {
    const { persona, profile } = look;
    return {
      persona,
      name: profile.name,
      carry() {
        if (!displayProfile) return null;
        const { fields, missing } = displayed(look, displayProfile);
        const refusal = refusals.isEmpty
          ? undefined
          : refusals.findProfile(sending.account, fields);
        if (refusal) throw refusal;
        if (missing !== undefined) warnOnce(runtime, missing);
        return { fields };
      },
    };
  }
}

/** A persona that is not available. */
function refused(refusal: PersonaRefusedError, name?: string): Resolution {
  return {
    persona: name ?? refusal.persona,
    name,
    carry() {
      throw refusal;
    },
  };
}

function lookOf(profile: PersonaProfile): Look {
  return { persona: profile.name, profile };
}

type Display = NonNullable<Channel['displayProfile']>;

/** By look: the directory's are the same each time. */
const known = new WeakMap<Look, Map<Display, DisplayProfile>>();

function displayed(look: Look, display: Display): DisplayProfile {
  let byChannel = known.get(look);
  if (!byChannel) {
    byChannel = new Map();
    known.set(look, byChannel);
  }
  let profile = byChannel.get(display);
  if (!profile) {
    profile = display(look.profile);
    // Messages share it.
    for (const part of Object.values(profile.fields)) Object.freeze(part);
    byChannel.set(display, profile);
  }
  return profile;
}
