/**
 * speaking/ is about who speaks: blocks (`scope.ts`), `usePersona` and
 * `initialPersona` (`contextPersonas.ts`), speakers, and what a persona in force
 * can be (`speaker.ts`). It knows no channel, and sends nothing.
 */
import { PersonaHandle } from '../ephemeral/handle';
import type { PersonaRefusedError } from '../errors';
import { pageOf, type Page } from '../graph/page';
import { checkPersona } from '../persona';
import { checkProfile, type PersonaProfile } from '../profile';

import { refusedBefore, type Occasion } from './occasion';
import { asRefusal, speakAsPageInstead } from './refused';
import { rejected } from './rejected';
import {
  inScope,
  innermostScope,
  madeWithId,
  type Rule,
  type ScopeOwner,
} from './scope';
import {
  UnavailablePersona,
  UnmadePersona,
  type InForce,
  type MadeForBlock,
} from './speaker';

/** Who speaks on a context, or by a client, block by block. */
export abstract class ScopedPersonas implements ScopeOwner {
  weak?: WeakRef<ScopeOwner>;

  /** What a block here happens on. */
  abstract readonly occasion: Occasion;

  /** Who speaks outside of every block. */
  abstract readonly outside: InForce;

  /** What said so. */
  abstract readonly outsideBy: Rule;

  /** Who speaks here and now. */
  inForce(): InForce {
    const scope = innermostScope(this);
    return scope ? scope.inForce : this.outside;
  }

  /** What says who speaks here and now. */
  rule(): Rule {
    return innermostScope(this)?.by ?? this.outsideBy;
  }

  /** Rejects with InvalidPersonaError for what is no persona; `run` is not called then. */
  with<T>(persona: unknown, run: () => Promise<T>): Promise<T> {
    try {
      return inScope(this, checkPersona(persona), run);
    } catch (error) {
      return rejected(error);
    }
  }

  async withEphemeral<T>(
    profile: unknown,
    run: (id: string | null, profile: PersonaProfile) => Promise<T>,
  ): Promise<T> {
    const checked = checkProfile(profile);
    const made = await this.make(checked);
    if (made instanceof UnavailablePersona) {
      const alone = () => run(null, checked);
      return inScope(this, made, alone, undefined, 'withEphemeralPersona');
    }
    const block = () => run(made.persona.id, checked);
    try {
      return await inScope(this, made, block, made, 'withEphemeralPersona');
    } finally {
      if (made instanceof PersonaHandle) await made.release();
    }
  }

  /**
   * Who a speaker stands for: this persona, as it is here and now, so that the
   * ID of one that was made for an enclosing block stands for that one; with
   * nothing given, whoever speaks here and now.
   *
   * @throws InvalidPersonaError
   */
  keep(...given: unknown[]): InForce {
    const kept = given.length === 0 ? this.inForce() : checkPersona(given[0]);
    if (typeof kept !== 'string') return kept;
    const made = madeWithId(innermostScope(this), kept);
    return isInForce(made) ? made : kept;
  }

  /**
   * Calls `run` as this speaker, wherever that is. What it gives back keeps a
   * persona that was made for a block, as what the block itself sends does.
   */
  as(speaker: InForce, run: () => unknown): unknown {
    const made =
      speaker instanceof PersonaHandle && speaker.isActive
        ? speaker
        : undefined;
    const sending = inScope(this, speaker, run, made, 'as');
    if (!made || !(sending instanceof Promise)) return sending;
    made.waitFor(sending);
    // The caller's own, so that a rejection which nobody handles is reported.
    return sending.then((answer: unknown) => answer);
  }

  /** Told before a persona is made for a block. */
  protected makingOn(_page: Page): void {}

  /** A persona with this profile for a block; the Page speaks where there is none to be had. */
  private async make(
    profile: PersonaProfile,
  ): Promise<PersonaHandle | UnmadePersona | UnavailablePersona> {
    const { occasion } = this;
    const { pageContext, goesOut, runtime } = occasion;
    if (!pageContext || !goesOut) return new UnmadePersona(profile);
    const { name } = profile;
    // Nothing is made for whom personas are refused.
    const refusal = refusedBefore(occasion);
    if (refusal) return unavailable(refusal, name, occasion);
    try {
      const page = await pageOf(pageContext);
      this.makingOn(page);
      return await PersonaHandle.take(runtime.pool, page, profile);
    } catch (error) {
      const why = asRefusal(error, name);
      if (!why) throw error;
      return unavailable(why, name, occasion);
    }
  }
}

function unavailable(
  refusal: PersonaRefusedError,
  name: string,
  occasion: Occasion,
): UnavailablePersona {
  speakAsPageInstead(refusal, name, occasion);
  return new UnavailablePersona(refusal, name);
}

function isInForce(
  made: MadeForBlock | undefined,
): made is PersonaHandle | UnmadePersona {
  return made instanceof PersonaHandle || made instanceof UnmadePersona;
}
