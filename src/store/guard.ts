import { PersonaStoreError } from '../errors';
import { withTimeout } from '../util/withTimeout';

import { withoutCredentials } from './credentials';

/** How long a handler waits for the store before it goes on without it. */
const MAX_WAIT_MS = 1000;
/** A failure that takes longer will take as long the next time. */
const SLOW_FAILURE_MS = 100;
/** An unanswered call counts as lost after this, and another is sent; twice as long each time. */
const FIRST_PROBE_MS = 1000;
const MAX_PROBE_MS = 4000;

const TIMED_OUT = Symbol('timed out');
const LATE = 'it did not answer in time';

/**
 * Limits how long anyone waits for a store. After a call that timed out, or took
 * long to fail, the following ones fail at once, except for one probe at a time,
 * until the store answers one.
 */
export class StoreGuard {
  private breaker: CircuitBreaker | undefined;

  /** @param verb what is done with the store, for the error */
  async ask<T>(verb: string, run: () => Promise<T>): Promise<T> {
    await this.breaker?.settle();
    if (this.breaker?.isProbing) throw new PersonaStoreError(verb, LATE);
    const answer = Promise.resolve()
      .then(run)
      .then((value) => {
        this.breaker = undefined;
        return value;
      });
    this.breaker?.probeWith(answer);
    const begunAt = Date.now();
    try {
      const waitMs = this.breaker ? 0 : MAX_WAIT_MS;
      const first = await withTimeout(answer, waitMs, TIMED_OUT);
      if (first !== TIMED_OUT) return first;
    } catch (error) {
      if (Date.now() - begunAt >= SLOW_FAILURE_MS) {
        this.breaker ??= new CircuitBreaker();
      }
      const message = error instanceof Error ? error.message : String(error);
      throw new PersonaStoreError(verb, withoutCredentials(message));
    }
    this.breaker ??= new CircuitBreaker();
    answer.catch(() => {});
    throw new PersonaStoreError(verb, LATE);
  }
}

class CircuitBreaker {
  private probe: Promise<unknown> | undefined;
  private probeEndsAt = 0;
  private probeMs = FIRST_PROBE_MS;

  get isProbing(): boolean {
    return this.probe !== undefined && Date.now() < this.probeEndsAt;
  }

  /** Lets an answer that has already arrived close the circuit. */
  async settle(): Promise<void> {
    if (this.probe) await withTimeout(this.probe, 0, undefined);
  }

  probeWith(call: Promise<unknown>): void {
    const probe = call
      .catch(() => {})
      .then(() => {
        if (this.probe === probe) this.probe = undefined;
      });
    this.probe = probe;
    this.probeEndsAt = Date.now() + this.probeMs;
    this.probeMs = Math.min(2 * this.probeMs, MAX_PROBE_MS);
  }
}
