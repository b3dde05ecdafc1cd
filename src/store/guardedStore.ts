import { PersonaStoreError } from '../errors';
import { orAfter } from '../orAfter';

import type { PersonaStore } from './store';

/** How long a handler waits for the store before it goes on without it. */
const PATIENCE_MS = 1000;
/** Reading every entry takes longer, and no handler waits for it. */
const ITERATION_PATIENCE_MS = 30_000;
const ITERATION_TRIES = 10;

const TIMED_OUT = Symbol('timed out');

/**
 * A store that may be slow or away without anybody waiting for it: what fails,
 * is reported as an event, or takes too long comes out as a PersonaStoreError.
 * After a call that took too long the next do not wait at all, until the store
 * answers one.
 */
export class GuardedStore {
  private away = false;
  /** How many failures the store has told by event; a call that saw one come failed. */
  private told = 0;
  private lastTold: unknown;

  constructor(private readonly store: PersonaStore) {
    store.on?.('error', (error) => {
      this.told += 1;
      this.lastTold = error;
    });
  }

  get(key: string): Promise<unknown> {
    return this.ask('read', () => this.store.get(key));
  }

  async set(key: string, value: unknown): Promise<void> {
    const write = async () => {
      if ((await this.store.set(key, value)) === false) {
        throw new Error('it did not keep a value');
      }
    };
    await this.ask('write to', write);
  }

  async delete(key: string): Promise<void> {
    await this.ask('delete from', () => this.store.delete(key));
  }

  /** The entries whose keys start with `prefix`. */
  entries(prefix: string): Promise<[string, unknown][]> {
    return this.ask(
      'iterate over',
      () => this.collect(prefix),
      ITERATION_PATIENCE_MS,
    );
  }

  /** Keyv 5 fails an iteration when an entry is deleted in the middle of it, so it is begun anew. */
  private async collect(prefix: string): Promise<[string, unknown][]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.collectOnce(prefix);
      } catch (error) {
        if (tries === ITERATION_TRIES) throw error;
      }
    }
  }

  private async collectOnce(prefix: string): Promise<[string, unknown][]> {
    const found: [string, unknown][] = [];
    for await (const [key, value] of this.store.iterator?.() ?? []) {
      if (typeof key !== 'string') continue;
      // Keyv 5 leaves of its namespace what follows a colon in front of the key.
      const start = `:${key}`.indexOf(`:${prefix}`);
      if (start >= 0) found.push([key.slice(start), value]);
    }
    return found;
  }

  private async ask<T>(
    verb: string,
    run: () => Promise<T>,
    waitMs = this.away ? 0 : PATIENCE_MS,
  ): Promise<T> {
    const toldBefore = this.told;
    const answer = Promise.resolve()
      .then(run)
      .then((value) => {
        if (this.told !== toldBefore) throw this.lastTold;
        this.away = false;
        return value;
      });
    try {
      const first = await orAfter(answer, waitMs, TIMED_OUT);
      if (first !== TIMED_OUT) return first;
    } catch (error) {
      throw new PersonaStoreError(verb, reasonOf(error));
    }
    this.away = true;
    answer.catch(() => {});
    throw new PersonaStoreError(verb, 'it did not answer in time');
  }
}

/** An adapter's message may hold the URL it connects to, and that a password. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\/\/[^@\s/]*@/g, '//[removed]@');
}
