import type { PersonaStoreError } from '../../errors';
import { getProperty, textIn } from '../../util/values';
import { BrokenValues } from '../broken';
import { StoreGuard } from '../guard';

/**
 * Where leases and the directory's IDs are stored: the methods of a Keyv (5 or 6)
 * that `personas()` calls.
 *
 * @see https://keyv.org
 */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  /** @param ttl in milliseconds; omitted: for ever */
  set(key: string, value: unknown, ttl?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** Keyv reports most failures by an `error` event rather than by rejecting. */
  on?: (event: 'error', listener: (error: unknown) => void) => unknown;
}

/** Of Node's errors about values that were compressed in another way, or not at all. */
const DECOMPRESSION_CODE = /^Z_|^ERR_(?:_ERROR|BROTLI|INVALID_ARG_TYPE)/;

/**
 * Gives every call of a Keyv a time limit, fails the calls under way when an
 * event reports a failure, and skips values that cannot be read.
 */
export class GuardedKeyv {
  readonly broken: BrokenValues;
  private readonly guard = new StoreGuard();
  private errorEvents = 0;
  private lastError: unknown;

  constructor(
    private readonly keyv: KeyvLike,
    onBroken: (error: PersonaStoreError) => void = () => {},
  ) {
    this.broken = new BrokenValues(onBroken);
    keyv.on?.('error', (error) => {
      this.errorEvents += 1;
      this.lastError = error;
    });
  }

  /** Resolves to `undefined` where there is nothing, or nothing readable. */
  get(key: string): Promise<unknown> {
    return this.ask('read', async () => {
      try {
        return (await this.keyv.get(key)) ?? undefined;
      } catch (error) {
        // The message may show the value.
        if (!isUnreadable(error)) throw error;
        this.broken.found(key);
        return undefined;
      }
    });
  }

  async set(key: string, value: unknown, ttl?: number): Promise<void> {
    // A Keyv may have a time to live of its own, which 0 overrides.
    const forEver = getProperty(this.keyv, 'ttl') === undefined ? undefined : 0;
    await this.ask('write to', async () => {
      const stored = await this.keyv.set(key, value, ttl ?? forEver);
      if (stored === false) {
        throw new Error('it did not store a value');
      }
    });
  }

  async delete(key: string): Promise<void> {
    await this.ask('delete from', () => this.keyv.delete(key));
  }

  private ask<T>(verb: string, run: () => Promise<T>): Promise<T> {
    return this.guard.ask(verb, async () => {
      const before = this.errorEvents;
      const value = await run();
      if (this.errorEvents !== before) throw this.lastError;
      return value;
    });
  }
}

/** Whether a value fails, and not the store: `JSON.parse` or a decompression rejects it. */
function isUnreadable(error: unknown): boolean {
  return (
    // As pako throws.
    typeof error === 'string' ||
    getProperty(error, 'name') === 'SyntaxError' ||
    DECOMPRESSION_CODE.test(textIn(error, 'code'))
  );
}
