import { PersonaStoreError } from '../errors';
import { debug } from '../util/debug';
import { withTimeout } from '../util/withTimeout';

import { withoutCredentials } from './credentials';

/** How long a handler waits for one call of the store. */
const MAX_WAIT_MS = 1000;
/** An answer that takes longer is slow. A store that mostly gives slow answers for this long counts as away. */
const SLOW_MS = 250;
const MAX_SLOW_MS = 1800;
/** A failure that takes longer will take as long the next time. */
const SLOW_FAILURE_MS = 100;
/** How long the call that probes a store is waited for that is away, or probably. */
const PROBE_WAIT_MS = 100;
/** How long a timer waits for one call. */
const PATIENT_WAIT_MS = 5000;
/** An unanswered probe counts as lost after this, and another is sent; twice as long each time. */
const FIRST_PROBE_MS = 1000;
const MAX_PROBE_MS = 4000;

/** `patient`: no handler waits, so a slow store is good enough. `hurried`: the store is probably away. */
export type Patience = 'patient' | 'hurried' | undefined;

const TIMED_OUT = Symbol('timed out');
const LATE = 'it did not answer in time';

interface Probe {
  /** Resolves when the probe is answered; never rejects. */
  readonly answered: Promise<unknown>;
  readonly endsAt: number;
}

/**
 * Limits how long a handler waits for a store, however many calls it needs. A
 * store that does not answer, takes long to fail, or is slow call after call
 * counts as away: calls fail at once, except for one probe at a time, until one
 * is answered quickly.
 */
export class StoreGuard {
  private isAway = false;
  private probe: Probe | undefined;
  private probeMs = FIRST_PROBE_MS;
  /** How long the store was slow of late; a quick answer makes up for some of it. */
  private slowMs = 0;
  private lastSlowAt = 0;

  /** @param verb what is done with the store, for the error */
  async ask<T>(
    verb: string,
    run: () => Promise<T>,
    patience?: Patience,
  ): Promise<T> {
    const isPatient = patience === 'patient';
    // An answer that has already arrived may close the circuit.
    if (this.probe) await withTimeout(this.probe.answered, 0, undefined);
    const begunAt = performance.now();
    const isProbing = this.probe && begunAt < this.probe.endsAt;
    if (this.isAway && isProbing && !isPatient) {
      throw new PersonaStoreError(verb, LATE);
    }
    const answer = Promise.resolve()
      .then(run)
      .then((value) => {
        this.answered(begunAt);
        return value;
      });
    let waitMs = Math.min(MAX_WAIT_MS, MAX_SLOW_MS - this.slowMs);
    if (isPatient) waitMs = PATIENT_WAIT_MS;
    else if (this.isAway || patience === 'hurried') {
      waitMs = PROBE_WAIT_MS;
      this.probeWith(answer, begunAt);
    }
    try {
      const first = await withTimeout(answer, waitMs, TIMED_OUT);
      if (first !== TIMED_OUT) return first;
    } catch (error) {
      if (performance.now() - begunAt >= SLOW_FAILURE_MS) this.open();
      const message = error instanceof Error ? error.message : String(error);
      throw new PersonaStoreError(verb, withoutCredentials(message));
    }
    this.open();
    answer.catch(() => {});
    throw new PersonaStoreError(verb, LATE);
  }

  private answered(begunAt: number): void {
    const now = performance.now();
    const ms = now - begunAt;
    if (ms < SLOW_MS) {
      // Where only some of the calls are slow, the next ones show it.
      if (this.isAway) this.slowMs = MAX_SLOW_MS / 2;
      else this.slowMs = Math.max(0, this.slowMs - SLOW_MS);
      if (this.isAway) debug('the store answers again');
      this.isAway = false;
      this.probeMs = FIRST_PROBE_MS;
      return;
    }
    // Calls at the same time count once.
    this.slowMs += Math.min(ms, now - this.lastSlowAt);
    this.lastSlowAt = now;
    if (this.slowMs >= MAX_SLOW_MS) this.open();
  }

  private open(): void {
    if (!this.isAway)
      debug('the store does not answer in time: the bot goes on without it');
    this.isAway = true;
    this.slowMs = 0;
  }

  private probeWith(call: Promise<unknown>, begunAt: number): void {
    const answered = Promise.allSettled([call]);
    const probe = { answered, endsAt: begunAt + this.probeMs };
    this.probe = probe;
    this.probeMs = Math.min(2 * this.probeMs, MAX_PROBE_MS);
    void answered.then(() => {
      if (this.probe === probe) this.probe = undefined;
    });
  }
}
