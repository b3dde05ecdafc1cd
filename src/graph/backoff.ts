import { evictOldest } from '../util/evictOldest';

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 60_000;
/** After this long without a failure, the next one counts as the first. */
const RESET_AFTER_MS = 10 * 60_000;
const MAX_KEYS = 10_000;

interface Wait<E> {
  readonly error: E;
  readonly ms: number;
  readonly until: number;
}

/** Exponential backoff by key: until a wait is over, callers get the error that started it. */
export class Backoff<E> {
  private readonly waits = new Map<string, Wait<E>>();

  /** The error to wait out; `undefined` when the key may be tried. */
  waiting(key: string): E | undefined {
    return this.remainingMs(key) > 0 ? this.waits.get(key)?.error : undefined;
  }

  /** How long the key may not be tried, in milliseconds. */
  remainingMs(key: string): number {
    return Math.max(0, (this.waits.get(key)?.until ?? 0) - performance.now());
  }

  /** Starts a wait, twice as long as the previous one. Concurrent failures count once. */
  failed(key: string, error: E): void {
    const now = performance.now();
    const last = this.waits.get(key);
    if (last && now < last.until) return;
    const ms =
      last && now < last.until + RESET_AFTER_MS
        ? Math.min(MAX_WAIT_MS, last.ms * 2)
        : FIRST_WAIT_MS;
    this.waits.delete(key);
    this.waits.set(key, { error, ms, until: now + ms });
    evictOldest(this.waits, MAX_KEYS);
  }

  succeeded(key: string): void {
    this.waits.delete(key);
  }
}
