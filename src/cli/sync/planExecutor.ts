import { randomUUID } from 'node:crypto';

import type { Lease } from '../../ephemeral/lease';
import type { Slot } from '../../ephemeral/personaCreator';
import { PersonaRefusedError } from '../../errors';
import type { GraphFailure } from '../../graph/graphFailure';
import type { Outcome } from '../../graph/graphCall';
import { deletePersona, listAll } from '../../graph/personaCalls';
import { invalidResponse } from '../../graph/responses';
import { withRetries } from '../../graph/retries';
import type { Runtime } from '../../runtime';
import { slotOfName, type NamedRecord } from '../../store/port';
import { forEachLimited } from '../../util/collections';
import { CommandError, errorMessage, explainFailure } from '../commandErrors';
import { LONG_RETRIES, NO_RETRIES } from '../callGraph';
import type { OpenPage } from '../openBot';
import { isEphemeral, type Snapshot } from '../snapshot';

import type { SyncPlan, SyncStep } from './plan';

/** Messenger limits the rate of calls, and creates personas slowly. */
const CONCURRENCY = 4;
/** Bots may record another persona between two of them. */
const RECORD_ATTEMPTS = 10;

const UNREADABLE = invalidResponse(
  'there was no answer, and the list of personas does not show whether it was created',
);
const INCOMPLETE = invalidResponse(
  'part of the list of personas could not be read, so the Page may have it',
);

export type StepResult =
  { status: 'done'; id: string } | { status: 'failed'; reason: string };

/** Executes a plan and records each step in the store. */
export class PlanExecutor {
  constructor(
    private readonly page: OpenPage,
    private readonly runtime: Runtime,
    private readonly snapshot: Snapshot,
    private readonly onResult: (step: SyncStep, result: StepResult) => void,
    /** Once it is aborted, no further step begins. Those in progress end. */
    private readonly stopping = new AbortController(),
  ) {}

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
    const { action, names, outdated } = step;
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
    const isReplacing = outdated.length > 0;
    if (step.id === undefined && isReplacing) await this.recordIntent(step);
    const current =
      step.id === undefined
        ? await this.create(step)
        : await this.settle(step, step.id);
    if (!current.ok || !isReplacing) return current;
    const failure = await this.delete(outdated);
    if (failure) return { ok: false, failure };
    return this.settle({ ...step, outdated: [] }, current.value);
  }

  private async settle(
    { names, profile, outdated }: SyncStep,
    id: string,
  ): Promise<Outcome<string>> {
    const record: NamedRecord = { ...profile, id };
    if (outdated.length > 0) record.replaces = outdated;
    for (const name of names) await this.record(name, record);
    return { ok: true, value: id };
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

  private async create(step: SyncStep): Promise<Outcome<string>> {
    try {
      const slot = this.slotOf(step);
      const id = await this.runtime.creator.obtain(this.page, slot);
      return { ok: true, value: id };
    } catch (error) {
      const { failure } = error instanceof PersonaRefusedError ? error : {};
      if (failure) return { ok: false, failure };
      throw error;
    }
  }

  /** A new name has the slot that bots claim, so they wait for the persona. */
  private slotOf(step: SyncStep): Slot<string> {
    const { names, profile, outdated } = step;
    const [name = ''] = names;
    const isReplacing = outdated.length > 0;
    const isCertain = isReplacing || this.snapshot.isComplete;
    const claims = new Set<string>();
    const settle = async (id: string, lease: Lease) => {
      await this.settle(step, id);
      await lease.remove();
      return id;
    };
    return {
      key: isReplacing ? `replacement:${name}` : slotOfName(name),
      persona: name,
      profile,
      retryPolicy: LONG_RETRIES,
      createTimeoutMs: NO_RETRIES.timeoutMs,
      isReplacement: false,
      // The Page does not have what was recorded.
      accepts: ({ id }) => id !== this.snapshot.records.get(name)?.id,
      find: async (lease) => {
        claims.add(lease.key);
        // The snapshot does not have it, but a failed attempt may have created it.
        if (claims.size === 1) return isCertain ? undefined : INCOMPLETE;
        const found = await this.findCreated(profile.name, claims);
        if (!found?.ok) return found;
        return { ok: true, value: await settle(found.value, lease) };
      },
      settle(id, lease) {
        if (!lease.isJoined) return settle(id, lease);
        // A bot has created and recorded it.
        lease.abandon();
        return Promise.resolve(id);
      },
      onLate: () => {},
    };
  }

  /** @param claims keys of the intents under which it may have been created */
  private async findCreated(
    name: string,
    claims: ReadonlySet<string>,
  ): Promise<Outcome<string> | undefined> {
    const { timeoutMs } = LONG_RETRIES;
    const list = await listAll(this.page, { timeoutMs });
    if (!list.ok) return list;
    const { personas, isComplete } = list.value;
    const entries = await this.runtime.store.leasesOn(this.page.id);
    const leases = entries.flatMap(([key, record]) =>
      claims.has(key) ? [] : record,
    );
    const { listed } = this.snapshot;
    const found = personas.find(
      (persona) =>
        persona.name === name &&
        !listed.some(({ id }) => id === persona.id) &&
        !isEphemeral(persona, leases),
    );
    if (found) return { ok: true, value: found.id };
    // It may be among the unreadable entries.
    return isComplete ? undefined : UNREADABLE;
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
