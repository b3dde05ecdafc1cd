import type { PersonaStoreError } from '../../errors';
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
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** Keyv reports most failures by an `error` event rather than by rejecting. */
  on?: (event: 'error', listener: (error: unknown) => void) => unknown;
}

/**
 * A Keyv that may be slow, away, or hold anything: every call has a time limit, a
 * failure reported by an event fails the calls under way, and values that are
 * not JSON are skipped.
 */
export class GuardedKeyv {
  private readonly brokenValues: BrokenValues;
  private readonly guard = new StoreGuard();
  private errorEvents = 0;
  private lastError: unknown;

  constructor(
    private readonly keyv: KeyvLike,
    /** Called once for each value that is not ours. */
    onBroken: (error: PersonaStoreError) => void = () => {},
  ) {
    this.brokenValues = new BrokenValues(onBroken);
    keyv.on?.('error', (error) => {
      this.errorEvents += 1;
      this.lastError = error;
    });
  }

  /** `undefined` where there is nothing, for which some stores return `null`. */
  get(key: string): Promise<unknown> {
    return this.ask('read', async () => {
      try {
        return (await this.keyv.get(key)) ?? undefined;
      } catch (error) {
        if (!isSyntaxError(error)) throw error;
        this.broken(key);
        return undefined;
      }
    });
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.ask('write to', async () => {
      if ((await this.keyv.set(key, value)) === false) {
        throw new Error('it did not store a value');
      }
    });
  }

  async delete(key: string): Promise<void> {
    await this.ask('delete from', () => this.keyv.delete(key));
  }

  /** Reports that the key's value is not ours. */
  broken(key: string): void {
    this.brokenValues.found(key);
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

/** As JSON.parse fails; its message would show the value. */
function isSyntaxError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SyntaxError';
}
