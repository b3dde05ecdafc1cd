/**
 * speaking/ decides who speaks: blocks (`scopes.ts`), `usePersona` and
 * `initialPersona` (`contextPersonas.ts`), and what a speaker can be
 * (`speaker.ts`). It knows no channel, and sends nothing.
 */
import { PersonaHandle } from '../ephemeral/handle';
import { pageOf, type PageRef } from '../graph/page';
import { checkPersona, isPersonaId } from '../persona';
import { checkProfile, type PersonaProfile } from '../profile';
import type { Runtime } from '../runtime';
import { pageProfile } from '../shownName';
import type { SendContext } from '../sendContext';
import { rejected } from '../util/failures';

import {
  createdWithId,
  innermostScope,
  isActive,
  keepCreated,
  runInScope,
  runRememberedCall,
  type ScopeOwner,
} from './scopes';
import {
  PAGE,
  publicPersona,
  speakerFor,
  type ActiveSpeaker,
  type BlockSpeaker,
  type Decision,
  type UnavailableSpeaker,
} from './speaker';

/** Nobody was named, so that the Page speaks. */
export const NOTHING: Decision = { speaker: PAGE, decidedBy: 'nothing' };

/** The destination of a message. */
export interface Addressed {
  /** The recipient, as the client's methods take one. */
  readonly recipient?: unknown;
  /** The token of a Page other than the client's. */
  readonly accessToken?: unknown;
}

/** Decides who speaks on a context or through a client. */
export abstract class ScopedPersonas implements ScopeOwner {
  weak?: WeakRef<ScopeOwner>;

  abstract readonly runtime: Runtime;

  abstract readonly client: object | undefined;

  /** Who speaks outside of all blocks. */
  protected abstract readonly defaultDecision: Decision;

  /** @param message omitted for a block */
  abstract sendContext(message?: Addressed): SendContext;

  get active(): Decision {
    return innermostScope(this)?.decision ?? this.defaultDecision;
  }

  /** Rejects with InvalidPersonaError for an invalid persona, without calling `run`. */
  with<T>(persona: unknown, run: () => Promise<T>): Promise<T> {
    try {
      const speaker = this.speakerNamed(persona);
      return runInScope(this, { speaker, decidedBy: 'withPersona' }, run);
    } catch (error) {
      return rejected(error);
    }
  }

  async withEphemeral<T>(
    profile: unknown,
    run: (id: string | null, profile: PersonaProfile) => Promise<T>,
  ): Promise<T> {
    const checked = checkProfile(profile);
    const speaker = await this.createFor(checked);
    const decision: Decision = { speaker, decidedBy: 'withEphemeralPersona' };
    const created = speaker.kind === 'unavailable' ? undefined : speaker;
    const block = () => run(publicPersona(speaker), checked);
    try {
      return await runInScope(this, decision, block, created);
    } finally {
      if (speaker.kind === 'ephemeral') await speaker.handle.release();
    }
  }

  /** Whether a persona was created for an enclosing block. */
  get hasCreated(): boolean {
    return Boolean(innermostScope(this)?.created.length);
  }

  /**
   * The ID of a persona that was created for an enclosing block means that persona.
   *
   * @throws InvalidPersonaError
   */
  speakerNamed(given: unknown): ActiveSpeaker {
    const speaker = speakerFor(checkPersona(given));
    if (speaker.kind !== 'persona') return speaker;
    return createdWithId(innermostScope(this), speaker.persona) ?? speaker;
  }

  /** Calls `run` as this speaker. A persona created for a block is kept until the result has arrived. */
  runAs(speaker: ActiveSpeaker, run: () => unknown): unknown {
    const created = isActive(speaker) ? speaker : undefined;
    const decision: Decision = { speaker, decidedBy: 'as' };
    const sending = runInScope(this, decision, run, created);
    return created && sending instanceof Promise
      ? keepCreated([created], sending)
      : sending;
  }

  /** Calls a method that may wait before it sends, as this speaker. */
  runRemembered(run: () => unknown, decision = this.active): unknown {
    const result = runRememberedCall(this, decision, run);
    return result instanceof Promise ? this.keep(result) : result;
  }

  /** Keeps the personas of enclosing blocks until this send is answered. */
  keep(sending: Promise<unknown>): Promise<unknown> {
    return keepCreated(innermostScope(this)?.created ?? [], sending);
  }

  /** Creates a persona for a block or a handle. If it is unavailable, the Page speaks. */
  async createFor(
    profile: PersonaProfile,
  ): Promise<BlockSpeaker | UnavailableSpeaker> {
    const context = this.sendContext();
    const { page, canSend } = context;
    if (!page || !canSend) {
      const id = this.freeId(profile.name);
      return { kind: 'uncreated', id, profile };
    }
    const { refusals, pool, settings } = this.runtime;
    const { name } = profile;
    const labelled = pageProfile(profile, settings.disclosure?.label);
    try {
      const known = refusals.find(context);
      if (known) throw known;
      const taking = this.take(page, labelled);
      pool.track(taking);
      return { kind: 'ephemeral', handle: await taking, profile };
    } catch (error) {
      const refusal = refusals.asRefusal(error, name);
      if (!refusal) throw error;
      const rejects = settings.refusedPersona === 'throw';
      if (rejects) refusals.report(refusal, name, context);
      else refusals.notify(refusal, name, context);
      return { kind: 'unavailable', refusal, profile };
    }
  }

  private async take(
    ref: PageRef,
    profile: PersonaProfile,
  ): Promise<PersonaHandle> {
    const page = await pageOf(ref);
    // The first block on a Page starts its sweeps, if no event has.
    this.runtime.sweeper.notice(page.id, page.client);
    return PersonaHandle.take(this.runtime.pool, page, profile);
  }

  /** The `id` of a persona that is not created: its name, or with a number if that means another persona. */
  private freeId(name: string): string {
    const { directory } = this.runtime;
    const scope = innermostScope(this);
    const isTaken = (id: string) =>
      directory.find(id) !== undefined ||
      isPersonaId(id) ||
      createdWithId(scope, id) !== undefined;
    let id = name;
    for (let count = 2; isTaken(id); count += 1) id = `${name} (${count})`;
    return id;
  }
}
