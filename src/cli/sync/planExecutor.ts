import { randomUUID } from 'node:crypto';

import { isAmbiguous, type GraphFailure } from '../../graph/graphFailure';
import type { Outcome } from '../../graph/graphCall';
import {
  createPersona,
  deletePersona,
  listAll,
} from '../../graph/personaCalls';
import { withRetries } from '../../graph/retries';
import type { PersonaProfile } from '../../profile';
import type { Runtime } from '../../runtime';
import { slotOfName, type NamedRecord } from '../../store/port';
import { forEachLimited } from '../../util/forEachLimited';
import { CommandError, errorMessage, explainFailure } from '../commandErrors';
import { LONG_RETRIES, NO_RETRIES } from '../callGraph';
import type { OpenPage } from '../openBot';
import { isEphemeral, type Snapshot } from '../snapshot';

import type { SyncPlan, SyncStep } from './plan';

/** Messenger limits the rate of calls, and creates personas slowly. */
const CONCURRENCY = 4;
/** Bots may record another persona between two of them. */
const RECORD_ATTEMPTS = 10;

const UNREADABLE: Outcome<never> = {
  ok: false,
  failure: {
    status: 200,
    message:
      'there was no answer, and the list of personas does not show whether it was created',
  },
};

export type StepResult =
  { status: 'done'; id: string } | { status: 'failed'; reason: string };

/** Executes a plan and records each step in the store. */
export class PlanExecutor {
  /** IDs that are not new when they appear on the list. */
  private readonly seen: Set<string>;

  constructor(
    private readonly page: OpenPage,
    private readonly runtime: Runtime,
    private readonly snapshot: Snapshot,
    private readonly onResult: (step: SyncStep, result: StepResult) => void,
    /** Once it is aborted, no further step begins. Those in progress end. */
    private readonly stopping = new AbortController(),
  ) {
    this.seen = new Set(snapshot.listed.map(({ id }) => id));
  }

  /** Resolves when all started steps have finished. Never rejects. */
  async run({ steps }: SyncPlan): Promise<void> {
    await forEachLimited(steps, CONCURRENCY, async (step) => {
      if (this.stopping.signal.aborted) return;
      const result = await this.attempt(step);
      this.onResult(step, result);
    });
  }

  private async attempt(step: SyncStep): Promise<StepResult> {
    try {
      const outcome = await this.execute(step);
      if (outcome.ok) return { status: 'done', id: outcome.value };
      // Code 100 concerns this persona, for example its picture; others concern all steps.
      if (outcome.failure.code !== 100) this.stopping.abort();
      return { status: 'failed', reason: explainFailure(outcome.failure) };
    } catch (error) {
      // The store failed: further personas would not be recorded.
      this.stopping.abort();
      return { status: 'failed', reason: errorMessage(error) };
    }
  }

  private async execute(step: SyncStep): Promise<Outcome<string>> {
    const { action, names, profile, outdated } = step;
    const { store } = this.runtime;
    if (action === 'delete') {
      const failure = await this.delete([step.id ?? '']);
      if (failure) return { ok: false, failure };
      for (const name of names) {
        const { key } = this.snapshot.records.get(name) ?? {};
        if (key !== undefined) await store.forget(this.page.id, key);
      }
      return { ok: true, value: step.id ?? '' };
    }
    if (step.id === undefined && outdated.length > 0) {
      await this.recordIntent(step);
    }
    const current: Outcome<string> =
      step.id === undefined
        ? await this.create(profile)
        : { ok: true, value: step.id };
    if (!current.ok) return current;
    const record = { ...profile, id: current.value };
    const write = async (replaces?: string[]) => {
      for (const name of names)
        await this.record(name, { ...record, replaces });
    };
    await write(outdated.length > 0 ? outdated : undefined);
    if (outdated.length === 0) return current;
    const failure = await this.delete(outdated);
    if (failure) return { ok: false, failure };
    await write();
    return current;
  }

  /** Records the persona of a name, whatever bots have recorded. */
  private async record(name: string, record: NamedRecord): Promise<void> {
    const { page, runtime, snapshot } = this;
    const slot = slotOfName(name);
    const settled = { pageId: page.id, slot, record, key: randomUUID() };
    let replacedId = snapshot.records.get(name)?.id;
    for (let attempt = 0; attempt < RECORD_ATTEMPTS; attempt += 1) {
      replacedId = await runtime.store.settle({ ...settled, replacedId });
      if (replacedId === record.id) return;
    }
    throw new CommandError(
      `Other processes keep recording another persona for the name "${name}": run sync again.`,
    );
  }

  /** Records a replacement before it is created, so that the next sync finds it if this one is killed. */
  private async recordIntent({ names, profile }: SyncStep): Promise<void> {
    const { records, listed } = this.snapshot;
    for (const name of names) {
      const record = records.get(name);
      if (!record) continue;
      const beside = listed
        .filter((persona) => persona.name === profile.name)
        .map(({ id }) => id);
      const { key: _, ...recorded } = record;
      const making = { ...profile, beside };
      await this.record(name, { ...recorded, making });
    }
  }

  /** Creates a persona. After an ambiguous failure it first looks whether the persona exists. */
  private async create(profile: PersonaProfile): Promise<Outcome<string>> {
    let mayExist = false;
    return withRetries(async (signal) => {
      if (mayExist) {
        const found = await this.findCreated(profile, signal);
        if (!found.ok) return found;
        if (found.value !== undefined) return { ok: true, value: found.value };
      }
      const created = await createPersona(
        this.page,
        profile,
        NO_RETRIES.timeoutMs,
      );
      if (created.ok) this.seen.add(created.value);
      else mayExist ||= isAmbiguous(created.failure);
      return created;
    }, LONG_RETRIES);
  }

  private async findCreated(
    { name }: PersonaProfile,
    signal: AbortSignal,
  ): Promise<Outcome<string | undefined>> {
    const { timeoutMs } = LONG_RETRIES;
    const list = await listAll(this.page, { timeoutMs, signal });
    if (!list.ok) return list;
    const { personas, isComplete } = list.value;
    const records = await this.runtime.store.leasesOn(this.page.id);
    const leases = records.map(([, record]) => record);
    const found = personas.find(
      (persona) =>
        persona.name === name &&
        !this.seen.has(persona.id) &&
        !isEphemeral(persona, leases),
    );
    // It may be among the unreadable entries.
    if (!found && !isComplete) return UNREADABLE;
    if (found) this.seen.add(found.id);
    return { ok: true, value: found?.id };
  }

  private async delete(ids: string[]): Promise<GraphFailure | undefined> {
    for (const id of ids) {
      const outcome = await withRetries(
        () => deletePersona(this.page, id),
        LONG_RETRIES,
      );
      if (!outcome.ok) return outcome.failure;
    }
    return undefined;
  }
}
