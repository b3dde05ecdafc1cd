import { PersonaStoreError } from '../errors';
import { orAfter } from '../orAfter';

import { Absence } from './absence';
import { beneath, type Beneath } from './beneath';
import { BrokenValues } from './broken';
import { withoutCredentials } from './credentials';
import type { PersonaStore } from './store';
import { walk, WalkedTooLong } from './walk';

/** How long a handler waits for the store before it goes on without it. */
const PATIENCE_MS = 1000;
/** Reading every entry takes longer, and no handler waits for it. */
const ITERATION_PATIENCE_MS = 30_000;
const ITERATION_TRIES = 10;

const TIMED_OUT = Symbol('timed out');
const LATE = 'it did not answer in time';

/**
 * A store that may be slow, away, or hold anything, without anybody waiting for
 * it: what fails, is reported as an event, or takes too long comes out as a
 * PersonaStoreError. After a call that took too long the next do not wait at
 * all, and one at a time is made, until the store answers one.
 */
export class GuardedStore {
  private readonly brokenValues: BrokenValues;
  private absence: Absence | undefined;
  /** Failures that the store tells by event: a call during which one comes has failed. */
  private readonly events: Told;
  private eventsBelow: Told | undefined;

  constructor(
    private readonly store: PersonaStore,
    /** Told of each value that is no record, once. */
    onBroken: (error: PersonaStoreError) => void = () => {},
  ) {
    this.brokenValues = new BrokenValues(onBroken);
    this.events = new Told(store);
  }

  get(key: string): Promise<unknown> {
    return this.ask('read', this.events, async () => {
      try {
        return await this.store.get(key);
      } catch (error) {
        if (!isSyntaxError(error)) throw error;
        this.broken(key);
        return undefined;
      }
    });
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.ask('write to', this.events, async () => {
      if ((await this.store.set(key, value)) === false) {
        throw new Error('it did not keep a value');
      }
    });
  }

  async delete(key: string): Promise<void> {
    await this.ask('delete from', this.events, () => this.store.delete(key));
  }

  /** The entries whose keys start with `prefix`; a value that is no JSON is passed over. */
  entries(prefix: string): Promise<[string, unknown][]> {
    const deadline = Date.now() + ITERATION_PATIENCE_MS;
    const below = beneath(this.store);
    const run = below
      ? () => this.entriesBelow(below, prefix, deadline)
      : () => this.entriesAbove(prefix, deadline);
    // Keyv 6 tells by event of what it cannot decode; only its adapter's failures count.
    const events = below
      ? (this.eventsBelow ??= new Told(below.adapter))
      : this.events;
    return this.ask('iterate over', events, run, 'its own');
  }

  /** What stands under the key is of no use. */
  broken(key: string): void {
    this.brokenValues.found(key);
  }

  private async entriesBelow(
    below: Beneath,
    prefix: string,
    deadline: number,
  ): Promise<[string, unknown][]> {
    const found: [string, unknown][] = [];
    const start = below.rawStart(prefix);
    await walk(below.entries(), deadline, async ([rawKey, raw]) => {
      if (typeof rawKey !== 'string' || !rawKey.startsWith(start)) return;
      // It was deleted after its key was found.
      if (raw === undefined || raw === null) return;
      const key = prefix + rawKey.slice(start.length);
      const wrapped = await below.decode(raw).catch(() => undefined);
      if (!isWrapped(wrapped)) return this.broken(key);
      const { value, expires } = wrapped;
      if (typeof expires !== 'number' || expires >= Date.now()) {
        found.push([key, value]);
        return;
      }
      // Reading it has Keyv delete it, unless it was written anew.
      await this.store.get(key).catch(() => {});
    });
    return found;
  }

  /** A store whose entries change meanwhile may fail, so its iteration is begun anew. */
  private async entriesAbove(
    prefix: string,
    deadline: number,
  ): Promise<[string, unknown][]> {
    for (let tries = 1; ; tries += 1) {
      const found: [string, unknown][] = [];
      try {
        await walk(this.store.iterator(), deadline, ([key, value]) => {
          if (typeof key === 'string' && key.startsWith(prefix)) {
            found.push([key, value]);
          }
          return Promise.resolve();
        });
        return found;
      } catch (error) {
        if (error instanceof WalkedTooLong || tries === ITERATION_TRIES) {
          throw error;
        }
      }
    }
  }

  /** @param patience `'its own'` where `run` is bounded by itself */
  private async ask<T>(
    verb: string,
    events: Told,
    run: () => Promise<T>,
    patience: 'a handler' | 'its own' = 'a handler',
  ): Promise<T> {
    await this.absence?.settle();
    if (this.absence?.isAsking) throw new PersonaStoreError(verb, LATE);
    const toldBefore = events.count;
    const answer = Promise.resolve()
      .then(run)
      .then((value) => {
        if (events.count !== toldBefore) throw events.last;
        this.absence = undefined;
        return value;
      });
    this.absence?.ask(answer);
    try {
      if (patience === 'its own') return await answer;
      const waitMs = this.absence ? 0 : PATIENCE_MS;
      const first = await orAfter(answer, waitMs, TIMED_OUT);
      if (first !== TIMED_OUT) return first;
    } catch (error) {
      throw new PersonaStoreError(verb, reasonOf(error));
    }
    this.absence ??= new Absence();
    answer.catch(() => {});
    throw new PersonaStoreError(verb, LATE);
  }
}

/** Counts the failures that are told by event. */
class Told {
  count = 0;
  last: unknown;

  constructor(store: Pick<PersonaStore, 'on'>) {
    store.on?.('error', (error) => {
      this.count += 1;
      this.last = error;
    });
  }
}

/** As JSON.parse fails; its message would show the value. */
function isSyntaxError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SyntaxError';
}

function isWrapped(
  value: unknown,
): value is { value: unknown; expires?: unknown } {
  return typeof value === 'object' && value !== null && 'value' in value;
}

/** An adapter's message may hold the URL it connects to, and that a password. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return withoutCredentials(message);
}
