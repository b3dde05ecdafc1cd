import { displayOn, type Channel, type Displayed } from '../channels/channel';
import { isPersonaId, type Persona } from '../persona';
import type { PersonaProfile } from '../profile';
import { shownName } from '../shownName';
import type { ActiveSpeaker } from '../speaking/speaker';
import { warnOnce } from '../util/warn';

import {
  refused,
  unknownPersona,
  type Resolution,
  type Sending,
} from './resolution';

/**
 * How a message comes by the profile that it carries; `undefined` where it carries
 * none, as for IDs without a profile, which mean nothing outside Messenger.
 */
export function resolveProfile(
  speaker: ActiveSpeaker,
  sending: Sending,
): Resolution | undefined {
  switch (speaker.kind) {
    case 'ephemeral':
    case 'uncreated':
      return new ShownProfile(speaker.profile.name, speaker.profile, sending);
    case 'unavailable': {
      const { profile } = speaker;
      return refused(speaker, profile && unlimitedName(profile, sending));
    }
    case 'persona': {
      const { persona } = speaker;
      const known = sending.runtime.directory.find(persona);
      if (known?.given) return new ShownProfile(persona, known.given, sending);
      return known || isPersonaId(persona)
        ? undefined
        : unknownPersona(persona, sending);
    }
    default:
      return undefined;
  }
}

class ShownProfile implements Resolution {
  constructor(
    readonly persona: Persona,
    private readonly profile: PersonaProfile,
    private readonly sending: Sending,
  ) {}

  get name(): string {
    return unlimitedName(this.profile, this.sending);
  }

  resolve(): Displayed | null {
    const { profile, sending } = this;
    const display = displayed(profile, sending);
    if (display?.missing !== undefined) {
      warnOnce(sending.runtime, display.missing);
    }
    return display ?? null;
  }
}

/** In a text there is room for all of it. */
function unlimitedName(profile: PersonaProfile, { runtime }: Sending): string {
  return shownName(profile, Infinity, runtime.settings.disclosure?.label);
}

/** The directory's profiles are the same objects each time. */
const known = new WeakMap<PersonaProfile, Map<Channel, Displayed>>();

function displayed(
  profile: PersonaProfile,
  { channel, runtime }: Sending,
): Displayed | undefined {
  const byChannel = known.get(profile) ?? new Map<Channel, Displayed>();
  const earlier = byChannel.get(channel);
  if (earlier) return earlier;
  const { disclosure } = runtime.settings;
  const display = displayOn(channel, profile, disclosure?.label);
  if (!display) return undefined;
  // Messages share it.
  for (const part of Object.values(display.fields)) Object.freeze(part);
  known.set(profile, byChannel.set(channel, display));
  return display;
}
