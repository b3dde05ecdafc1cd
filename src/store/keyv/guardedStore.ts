import type { PersonaStoreError } from '../../errors';
import { isObject } from '../../util/isObject';
import { BrokenValues } from '../broken';
import { StoreGuard } from '../guard';

import { beneath, type Beneath } from './beneath';
import type { PersonaStore } from './keyv';
import { walk, WalkedTooLong } from './walk';

/** Reading every entry takes longer, and no handler waits for it. */
const ITERATION_PATIENCE_MS = 30_000;
const ITERATION_TRIES = 10;

/**
 * A Keyv that may be slow, away, or hold anything: also what it tells by an event
 * counts as a failure, and values that are no JSON are passed over.
 */
export class GuardedStore {
  private readonly brokenValues: BrokenValues;
  private readonly guard = new StoreGuard();
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

  /** `undefined` for what is not there, as which some stores give `null`. */
  get(key: string): Promise<unknown> {
    return this.ask('read', this.events, async () => {
      try {
        return (await this.store.get(key)) ?? undefined;
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

  private ask<T>(
    verb: string,
    events: Told,
    run: () => Promise<T>,
    patience?: 'its own',
  ): Promise<T> {
    const checked = async () => {
      const toldBefore = events.count;
      const value = await run();
      if (events.count !== toldBefore) throw events.last;
      return value;
    };
    return this.guard.ask(verb, checked, patience);
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
  return isObject(value) && 'value' in value;
}
