import type { Channel, DisplayProfile } from '../channels/channel';
import type { Look } from '../directory/entries';
import type { PersonaRefusedError } from '../errors';
import { isPersonaId, type Persona } from '../persona';
import type { PersonaProfile } from '../profile';
import type { Runtime } from '../runtime';
import { shownName, type Label } from '../shownName';
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
  channel: Channel,
): Resolution | undefined {
  const { directory, refusals, settings } = runtime;
  const label = settings.disclosure?.label;
  switch (speaker.kind) {
    case 'ephemeral':
    case 'uncreated':
      return shown(lookOf(speaker.profile));
    case 'unavailable':
      return refused(
        speaker.refusal,
        speaker.profile && unlimitedName(speaker.profile),
        speaker.profile?.name,
      );
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
      get name() {
        return unlimitedName(profile);
      },
      carry() {
        const profile = displayed(look, channel, label);
        if (!profile) return null;
        const { fields, missing, name } = profile;
        const refusal = refusals.isEmpty
          ? undefined
          : refusals.findProfile(sending.account, fields);
        if (refusal) throw refusal;
        if (missing !== undefined) warnOnce(runtime, missing);
        return { fields, name };
      },
    };
  }

  /** In a text there is room for all of it. */
  function unlimitedName(profile: PersonaProfile): string {
    return shownName(profile, Infinity, label);
  }
}

/** A persona that is not available. */
function refused(
  refusal: PersonaRefusedError,
  name?: string,
  persona: Persona = refusal.persona,
): Resolution {
  return {
    persona,
    name,
    carry() {
      throw refusal;
    },
  };
}

function lookOf(profile: PersonaProfile): Look {
  return { persona: profile.name, profile };
}

interface Displayed extends DisplayProfile {
  readonly name: string;
}

/** By look: the directory's are the same each time. */
const known = new WeakMap<Look, Map<Channel, Displayed>>();

/** @throws InvalidProfileError where the label leaves no room for the name */
function displayed(
  look: Look,
  channel: Channel,
  label: Label | undefined,
): Displayed | undefined {
  const { displayProfile, maxNameLength = Infinity } = channel;
  if (!displayProfile) return undefined;
  let byChannel = known.get(look);
  if (!byChannel) {
    byChannel = new Map();
    known.set(look, byChannel);
  }
  let profile = byChannel.get(channel);
  if (!profile) {
    const name = shownName(look.profile, maxNameLength, label);
    profile = { name, ...displayProfile({ ...look.profile, name }) };
    // Messages share it.
    for (const part of Object.values(profile.fields)) Object.freeze(part);
    byChannel.set(channel, profile);
  }
  return profile;
}
