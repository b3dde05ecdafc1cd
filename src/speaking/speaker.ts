import type { Directory } from '../directory/directory';
import type { DecidedBy } from '../disclosureOptions';
import type { PersonaHandle } from '../ephemeral/handle';
import type { PersonaRefusedError } from '../errors';
import type { Persona } from '../persona';
import type { PersonaKind, PersonaProfile } from '../profile';

/** Who a message is sent as. */
export type ActiveSpeaker =
  | { readonly kind: 'page' }
  | CallerSpeaker
  /** An ID or a name, as the bot gave it. */
  | { readonly kind: 'persona'; readonly persona: Persona }
  | EphemeralSpeaker
  | UncreatedSpeaker
  | UnavailableSpeaker;

/** A persona that was created for a block. */
export interface EphemeralSpeaker {
  readonly kind: 'ephemeral';
  readonly handle: PersonaHandle;
  /** As the bot gave it: without a label. */
  readonly profile: PersonaProfile;
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
  /** The profile that it was meant to have, where that is known. */
  readonly profile?: PersonaProfile | undefined;
}

/** The bot itself set the channel's field for the sender, such as LINE's `sender`. */
export interface CallerSpeaker {
  readonly kind: 'caller';
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The persona of a block of `withEphemeralPersona`. */
export type BlockSpeaker = EphemeralSpeaker | UncreatedSpeaker;

/** Who speaks, and what decided that. */
export interface Decision {
  readonly speaker: ActiveSpeaker;
  readonly decidedBy: DecidedBy;
}

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

/** Who is behind a speaker, where its profile says so. */
export function kindOf(
  speaker: ActiveSpeaker,
  directory: Directory,
): PersonaKind | undefined {
  switch (speaker.kind) {
    case 'persona':
      return directory.find(speaker.persona)?.kind;
    case 'ephemeral':
    case 'uncreated':
    case 'unavailable':
      return speaker.profile?.kind;
    default:
      return undefined;
  }
}

/** `persona.id` inside the block. */
export function blockPersonaId(speaker: BlockSpeaker): string {
  return speaker.kind === 'ephemeral' ? speaker.handle.id : speaker.id;
}
