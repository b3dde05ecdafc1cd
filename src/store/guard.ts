import { PersonaStoreError } from '../errors';
import { withTimeout } from '../util/withTimeout';

import { Absence } from './absence';
import { withoutCredentials } from './credentials';

/** How long a handler waits for the store before it goes on without it. */
const PATIENCE_MS = 1000;
/** What takes longer to fail, such as a client that tries to log in again and again, will next time too. */
const SLOW_FAILURE_MS = 100;

const TIMED_OUT = Symbol('timed out');
const LATE = 'it did not answer in time';

/**
 * Asks a store that may be slow or away without anybody waiting for it: what
 * fails or takes too long comes out as a PersonaStoreError. After a call that
 * took too long, or long to fail, the next do not wait at all, and one at a time
 * is made, until the store answers one.
 */
export class StoreGuard {
  private absence: Absence | undefined;

  /**
   * @param verb what is done with the store, for the error
   * @param patience `'its own'` where `run` is bounded by itself
   */
  async ask<T>(
    verb: string,
    run: () => Promise<T>,
    patience: 'a handler' | 'its own' = 'a handler',
  ): Promise<T> {
    await this.absence?.settle();
    if (this.absence?.isAsking) throw new PersonaStoreError(verb, LATE);
    const answer = Promise.resolve()
      .then(run)
      .then((value) => {
        this.absence = undefined;
        return value;
      });
    this.absence?.ask(answer);
    const begunAt = Date.now();
    try {
      if (patience === 'its own') return await answer;
      const waitMs = this.absence ? 0 : PATIENCE_MS;
      const first = await withTimeout(answer, waitMs, TIMED_OUT);
      if (first !== TIMED_OUT) return first;
    } catch (error) {
      const isSlow = Date.now() - begunAt >= SLOW_FAILURE_MS;
      if (isSlow && patience === 'a handler') this.absence ??= new Absence();
      throw new PersonaStoreError(verb, reasonOf(error));
    }
    this.absence ??= new Absence();
    answer.catch(() => {});
    throw new PersonaStoreError(verb, LATE);
  }
}

/** An adapter's message may hold the URL it connects to, and that a password. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return withoutCredentials(message);
}
