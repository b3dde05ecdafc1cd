import { evictOldest } from '../util/evictOldest';

/** The first wait after a failure. */
const FIRST_WAIT_MS = 1000;
/** Each further failure doubles the wait, up to this. */
const LONGEST_WAIT_MS = 60_000;
/** A wait that has been over for this long is forgotten: the next failure is a first one. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;
/** More than these are not remembered at once; the oldest goes. */
const MOST = 10_000;

interface Wait<E> {
  readonly error: E;
  readonly ms: number;
  readonly until: number;
}

/**
 * Remembers what has failed, so that it is not tried again for each message:
 * until a wait is over, its error is what everybody gets, at once. The waits
 * grow from failure to failure. Keys are the caller's.
 */
export class Backoff<E> {
  private readonly waits = new Map<string, Wait<E>>();

  /** The failure whose wait is not over; `undefined` when it may be tried. */
  waiting(key: string): E | undefined {
    const wait = this.waits.get(key);
    return wait && Date.now() < wait.until ? wait.error : undefined;
  }

  /**
   * Begins a wait, longer than the last one.
   *
   * @returns how many milliseconds are to be waited from now on
   */
  failed(key: string, error: E): number {
    const now = Date.now();
    const last = this.waits.get(key);
    // One that ended while this was under way belongs to the same failure.
    if (last && now < last.until) return last.until - now;
    const ms =
      last && now < last.until + FORGOTTEN_AFTER_MS
        ? Math.min(LONGEST_WAIT_MS, last.ms * 2)
        : FIRST_WAIT_MS;
    this.waits.delete(key);
    this.waits.set(key, { error, ms, until: now + ms });
    evictOldest(this.waits, MOST);
    return ms;
  }

  /** The next failure is a first one again. */
  succeeded(key: string): void {
    this.waits.delete(key);
  }
}
