import type { Context } from 'bottender';

import { EphemeralHold } from '../ephemeral/hold';
import { pageContextOf, pageOf, type PageContext } from '../messenger/page';
import { checkPersona, type Persona } from '../persona';
import {
  checkProfile,
  type EphemeralPersona,
  type PersonaProfile,
} from '../profile';
import type { Runtime } from '../runtime';

import { refusalOf, speakAsPageInstead } from './refused';
import { inScope, innermostScope, type InForce } from './scope';

/** Which personas are in force on one context, for the event that it stands for. */
export class ContextPersonas {
  /** What `usePersona` said outside of every block; `undefined` when it was not called. */
  private used: Persona | null | undefined;
  private initial: Persona | null = null;

  constructor(
    readonly context: Context,
    readonly runtime: Runtime,
  ) {}

  /** Puts `initialPersona` in force; one that `usePersona` named meanwhile stays. */
  start(): Promise<void> | undefined {
    const { initialPersona } = this.runtime.settings;
    if (typeof initialPersona === 'function') {
      return this.startWith(initialPersona);
    }
    this.initial = initialPersona;
    return undefined;
  }

  private async startWith(
    initialPersona: (context: Context) => unknown,
  ): Promise<void> {
    this.initial = checkPersona((await initialPersona(this.context)) ?? null);
  }

  /** Who speaks here and now. */
  inForce(): InForce {
    const scope = innermostScope(this);
    if (scope) return scope.inForce;
    return this.used === undefined ? this.initial : this.used;
  }

  use(persona: unknown): void {
    const checked = checkPersona(persona);
    const scope = innermostScope(this);
    if (scope) scope.inForce = checked;
    else this.used = checked;
  }

  async with<T>(persona: unknown, run: () => T | Promise<T>): Promise<T> {
    return inScope(this, checkPersona(persona), run);
  }

  async withEphemeral<T>(
    profile: unknown,
    run: (persona: EphemeralPersona) => T | Promise<T>,
  ): Promise<T> {
    const checked = checkProfile(profile);
    const host = pageContextOf(this.context);
    if (!host) {
      const persona = { id: checked.name, ...checked };
      return inScope(this, persona.id, () => run(persona));
    }
    const hold = await this.hold(host, checked);
    if (!hold) return inScope(this, null, () => run({ id: null, ...checked }));
    const persona = { id: hold.persona.id, ...checked };
    try {
      return await inScope(this, hold, async () => run(persona), hold);
    } finally {
      await hold.end();
    }
  }

  /** A hold on a persona with this profile; `undefined` when the Page is to speak instead. */
  private async hold(
    host: PageContext,
    profile: PersonaProfile,
  ): Promise<EphemeralHold | undefined> {
    try {
      const page = await pageOf(host);
      return await EphemeralHold.take(this.runtime.pool, page, profile);
    } catch (error) {
      const refusal = refusalOf(error, profile.name, this);
      if (!refusal) throw error;
      speakAsPageInstead(refusal, this);
      return undefined;
    }
  }
}

/** How a persona in force is shown to whoever asks: by ID or name. */
export function shownPersona(speaker: Exclude<InForce, null>): Persona {
  return speaker instanceof EphemeralHold ? speaker.persona.id : speaker;
}
