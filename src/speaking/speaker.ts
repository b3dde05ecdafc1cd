import type { PersonaHandle } from '../ephemeral/handle';
import type { PersonaRefusedError } from '../errors';
import type { Persona } from '../persona';
import type { PersonaProfile } from '../profile';

/** Who a message is sent as. */
export type ActiveSpeaker =
  | { readonly kind: 'page' }
  /** An ID or a name, as the bot gave it. */
  | { readonly kind: 'persona'; readonly persona: Persona }
  | EphemeralSpeaker
  | UncreatedSpeaker
  | UnavailableSpeaker
  | CallerSpeaker;

/** A persona that was created for a block. */
export interface EphemeralSpeaker {
  readonly kind: 'ephemeral';
  readonly handle: PersonaHandle;
}

/** A persona that is not created, because messages carry its profile or nothing is sent. */
export interface UncreatedSpeaker {
  readonly kind: 'uncreated';
  /** `persona.id` inside the block. */
  readonly id: string;
  readonly profile: PersonaProfile;
}

/** A persona that is unavailable: each send that would carry it is refused. */
export interface UnavailableSpeaker {
  readonly kind: 'unavailable';
  readonly refusal: PersonaRefusedError;
  /** The name that customers would have seen above the messages, if known. */
  readonly name?: string | undefined;
}

/** The bot itself set the channel's field for the sender, such as LINE's `sender`. */
export interface CallerSpeaker {
  readonly kind: 'caller';
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The persona of a block of `withEphemeralPersona`. */
export type BlockSpeaker = EphemeralSpeaker | UncreatedSpeaker;

export const PAGE: ActiveSpeaker = { kind: 'page' };

export function speakerFor(persona: Persona | null): ActiveSpeaker {
  return persona === null ? PAGE : { kind: 'persona', persona };
}

/** A speaker's ID or name for users; `null` for the Page. */
export function publicPersona(speaker: ActiveSpeaker): Persona | null {
  switch (speaker.kind) {
    case 'persona':
      return speaker.persona;
    case 'ephemeral':
    case 'uncreated':
      return blockPersonaId(speaker);
    default:
      return null;
  }
}

/** `persona.id` inside the block. */
export function blockPersonaId(speaker: BlockSpeaker): string {
  return speaker.kind === 'ephemeral' ? speaker.handle.id : speaker.id;
}
