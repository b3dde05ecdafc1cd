import { isAmbiguous, type GraphFailure } from '../../graph/graphFailure';
import type { Outcome } from '../../graph/graphCall';
import { createPersona, deletePersona } from '../../graph/personaCalls';
import { listAll } from '../../graph/personaCalls';
import { withRetries } from '../../graph/retries';
import type { PersonaProfile } from '../../profile';
import type { Runtime } from '../../runtime';
import { describeRefusal } from '../failure';
import { LONG, ONCE } from '../graph';
import type { OpenPage } from '../pages';
import { isOnTheFly, type Snapshot } from '../snapshot';

import type { Plan, Step } from './plan';

/** So many steps at once: Messenger limits calls by rate, and makes personas slowly. */
const AT_ONCE = 4;

const UNREADABLE: Outcome<never> = {
  ok: false,
  failure: {
    status: 200,
    message:
      'there was no answer, and the list of personas does not tell whether it was made',
  },
};

/** How a step went; one that was not begun has none. */
export type Result =
  { status: 'done'; id: string } | { status: 'failed'; reason: string };

/** Carries out a plan, and writes down in the store what is done as it is done. */
export class Applying {
  readonly results = new Map<Step, Result>();
  private stopped = false;
  /** IDs that are accounted for, so that what is new on the list stands out. */
  private readonly seen: Set<string>;

  constructor(
    private readonly page: OpenPage,
    private readonly runtime: Runtime,
    private readonly snapshot: Snapshot,
    private readonly onResult: (step: Step, result: Result) => void,
  ) {
    this.seen = new Set(snapshot.listed.map(({ id }) => id));
  }

  /** No step is begun any more; those under way are finished. */
  stop(): void {
    this.stopped = true;
  }

  /** Resolves when all that was begun is finished. Never rejects. */
  async run({ steps }: Plan): Promise<void> {
    const queue = steps.values();
    const work = async () => {
      for (const step of queue) {
        if (this.stopped) return;
        const result = await this.attempt(step);
        this.results.set(step, result);
        this.onResult(step, result);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  private async attempt(step: Step): Promise<Result> {
    try {
      const outcome = await this.take(step);
      if (outcome.ok) return { status: 'done', id: outcome.value };
      // Code 100 is about this persona, a bad picture say; all else would hit the next as well.
      if (outcome.failure.code !== 100) this.stop();
      return { status: 'failed', reason: describeRefusal(outcome.failure) };
    } catch (error) {
      // The store is away: what is made now would not be written down.
      this.stop();
      const reason = error instanceof Error ? error.message : String(error);
      return { status: 'failed', reason };
    }
  }

  private async take(step: Step): Promise<Outcome<string>> {
    const { action, names, profile, outdated } = step;
    const { store } = this.runtime;
    if (action === 'delete') {
      const failure = await this.delete([step.id ?? '']);
      if (failure) return { ok: false, failure };
      for (const name of names) await store.deleteName(this.page.id, name);
      return { ok: true, value: step.id ?? '' };
    }
    if (step.id === undefined && outdated.length > 0) await this.intend(step);
    const there: Outcome<string> =
      step.id === undefined
        ? await this.make(profile)
        : { ok: true, value: step.id };
    if (!there.ok) return there;
    const record = { ...profile, id: there.value };
    const write = async (replaces?: string[]) => {
      for (const name of names) {
        await store.setName(this.page.id, name, { ...record, replaces });
      }
    };
    await write(outdated.length > 0 ? outdated : undefined);
    if (outdated.length === 0) return there;
    const failure = await this.delete(outdated);
    if (failure) return { ok: false, failure };
    await write();
    return there;
  }

  /** Writes down first what is to take another's place, so that whoever comes after a kill knows it. */
  private async intend({ names, profile }: Step): Promise<void> {
    const { records, listed } = this.snapshot;
    for (const name of names) {
      const record = records.get(name);
      if (!record) continue;
      const beside = listed
        .filter((persona) => persona.name === profile.name)
        .map(({ id }) => id);
      const making = { ...profile, beside };
      const { store } = this.runtime;
      await store.setName(this.page.id, name, { ...record, making });
    }
  }

  /** Makes a persona; where a try has no answer, looks whether it was made all the same. */
  private async make(profile: PersonaProfile): Promise<Outcome<string>> {
    let unsure = false;
    return withRetries(async (isGivenUp) => {
      if (unsure) {
        const made = await this.findMade(profile, isGivenUp);
        if (!made.ok) return made;
        if (made.value !== undefined) return { ok: true, value: made.value };
      }
      const created = await createPersona(this.page, profile, ONCE.timeoutMs);
      if (created.ok) this.seen.add(created.value);
      else unsure ||= isAmbiguous(created.failure);
      return created;
    }, LONG);
  }

  private async findMade(
    { name }: PersonaProfile,
    isGivenUp: () => boolean,
  ): Promise<Outcome<string | undefined>> {
    const { timeoutMs } = LONG;
    const list = await listAll(this.page, { timeoutMs, isGivenUp });
    if (!list.ok) return list;
    const { personas, isComplete } = list.value;
    const records = await this.runtime.store.leasesOn(this.page.id);
    const leases = records.map(([, record]) => record);
    const made = personas.find(
      (persona) =>
        persona.name === name &&
        !this.seen.has(persona.id) &&
        !isOnTheFly(persona, leases),
    );
    // What could not be read may be it: a second one would be too many.
    if (!made && !isComplete) return UNREADABLE;
    if (made) this.seen.add(made.id);
    return { ok: true, value: made?.id };
  }

  private async delete(ids: string[]): Promise<GraphFailure | undefined> {
    for (const id of ids) {
      const outcome = await withRetries(
        () => deletePersona(this.page, id),
        LONG,
      );
      if (!outcome.ok) return outcome.failure;
    }
    return undefined;
  }
}
