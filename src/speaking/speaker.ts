import type { PersonaHandle } from '../ephemeral/handle';
import type { PersonaRefusedError } from '../errors';
import { isObject } from '../util/isObject';
import type { Persona } from '../persona';
import type { PersonaProfile } from '../profile';

/** A persona made for a block, as the scopes and sends inside it know it. */
export interface MadeForBlock {
  readonly persona: { readonly id: string; readonly profile: PersonaProfile };
  /** Whether its block has not ended, so that the persona is certain to be kept. */
  readonly isActive: boolean;
  /** Keeps the persona until `sending` is answered. */
  waitFor(sending: Promise<unknown>): void;
}

/** Stands in a block for a persona that need not be made: what is sent there shows its name, or goes nowhere. */
export class UnmadePersona implements MadeForBlock {
  readonly persona: { readonly id: string; readonly profile: PersonaProfile };
  readonly isActive = true;

  constructor(profile: PersonaProfile) {
    this.persona = { id: profile.name, profile };
  }

  waitFor(): void {}
}

/** A persona that was meant and cannot be had: each send that would carry it is refused. */
export class UnavailablePersona {
  constructor(
    readonly refusal: PersonaRefusedError,
    /** What customers would have read above the messages, where that is known. */
    readonly name?: string,
  ) {}
}

/** Who is meant to speak: a persona by ID or name, one made for a block, one that cannot be had, or the Page. */
export type InForce =
  Persona | PersonaHandle | UnmadePersona | UnavailablePersona | null;

/** How a speaker is shown to whoever asks: by ID or name; `null` where the Page speaks. */
export function shownPersona(speaker: InForce): Persona | null {
  if (speaker instanceof UnavailablePersona) return null;
  return isObject(speaker) ? speaker.persona.id : speaker;
}
