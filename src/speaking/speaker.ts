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

/** A persona that need not be created: its profile travels with the message, or nothing is sent. */
export interface UncreatedSpeaker {
  readonly kind: 'uncreated';
  /** What `persona.id` is inside the block. */
  readonly id: string;
  readonly profile: PersonaProfile;
}

/** A persona that was meant and is not available: each send that would carry it is refused. */
export interface UnavailableSpeaker {
  readonly kind: 'unavailable';
  readonly refusal: PersonaRefusedError;
  /** What customers would have read above the messages, where that is known. */
  readonly name?: string | undefined;
}

/** Fields of a message by which the bot itself said who speaks, such as LINE's `sender`. */
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

/** The ID or name by which users know a speaker; `null` where the Page speaks. */
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

/** What `persona.id` is inside the block. */
export function blockPersonaId(speaker: BlockSpeaker): string {
  return speaker.kind === 'ephemeral' ? speaker.handle.id : speaker.id;
}
