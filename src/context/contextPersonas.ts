import type { Context } from 'bottender';

import { EphemeralHold } from '../ephemeral/hold';
import type { PersonaRefusedError } from '../errors';
import { knownPageId, pageContextOf, pageOf } from '../messenger/page';
import { checkPersona, type Persona } from '../persona';
import { checkProfile, type PersonaProfile } from '../profile';
import type { Runtime } from '../runtime';

import { goesOut } from './goesOut';
import { initialPersonaOf } from './initialPersona';
import { asRefusal, speakAsPageInstead } from './refused';
import { rejected } from './rejected';
import { inScope, innermostScope, type ScopeOwner } from './scope';
import { UnavailablePersona, UnmadePersona, type InForce } from './speaker';

/** Which personas are in force on one context, for the event that it stands for. */
export class ContextPersonas implements ScopeOwner {
  weak?: WeakRef<ScopeOwner>;
  /** What `usePersona` said outside of every block; `undefined` when it was not called. */
  private used: Persona | null | undefined;
  private initial: InForce = null;

  constructor(
    readonly context: Context,
    public runtime: Runtime,
  ) {}

  /** Whom the event is with: the PSID on Messenger; `null` without a session. */
  get psid(): string | null {
    const session: { user?: { id?: unknown } } | null = this.context.session;
    const id = session?.user?.id;
    return typeof id === 'string' ? id : null;
  }

  /** The Page that sends go out from, where that is known at once. */
  get pageId(): string | undefined {
    const host = pageContextOf(this.context);
    return host && knownPageId(host);
  }

  /**
   * The refusal that is remembered of this persona, or of any for this customer.
   * Costs nothing where nothing was refused of late.
   *
   * @param persona an ID or an unknown name; left out, only of any
   */
  refusedBefore(persona?: string): PersonaRefusedError | undefined {
    const { refusals } = this.runtime;
    if (refusals.isEmpty) return undefined;
    return refusals.of(this.pageId, persona, this.psid);
  }

  /** Puts `initialPersona` in force; one that `usePersona` named meanwhile stays. Never rejects. */
  start(): Promise<void> | undefined {
    const initial = initialPersonaOf(this);
    if (initial instanceof Promise) {
      return initial.then((persona) => {
        this.initial = persona;
      });
    }
    this.initial = initial;
    return undefined;
  }

  /** Who speaks outside of every block. */
  get outside(): InForce {
    return this.used === undefined ? this.initial : this.used;
  }

  /** Who speaks here and now. */
  inForce(): InForce {
    const scope = innermostScope(this);
    return scope ? scope.inForce : this.outside;
  }

  use(persona: unknown): void {
    const checked = checkPersona(persona);
    const scope = innermostScope(this);
    if (scope) scope.inForce = checked;
    else this.used = checked;
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
      return inScope(this, made, () => run(null, checked));
    }
    const block = () => run(made.persona.id, checked);
    try {
      return await inScope(this, made, block, made);
    } finally {
      if (made instanceof EphemeralHold) await made.end();
    }
  }

  /** A persona with this profile for a block; the Page speaks where there is none to be had. */
  private async make(
    profile: PersonaProfile,
  ): Promise<EphemeralHold | UnmadePersona | UnavailablePersona> {
    const host = pageContextOf(this.context);
    if (!host || !goesOut(this.context)) return new UnmadePersona(profile);
    const { pool } = this.runtime;
    const { name } = profile;
    // Nothing is made for whom personas are refused.
    const refusal = this.refusedBefore();
    if (refusal) return this.unavailable(refusal, name);
    try {
      return await EphemeralHold.take(pool, await pageOf(host), profile);
    } catch (error) {
      const why = asRefusal(error, name);
      if (!why) throw error;
      return this.unavailable(why, name);
    }
  }

  private unavailable(
    refusal: PersonaRefusedError,
    name: string,
  ): UnavailablePersona {
    speakAsPageInstead(refusal, name, this);
    return new UnavailablePersona(refusal, name);
  }
}
