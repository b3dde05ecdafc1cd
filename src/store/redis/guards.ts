import { evictOldest } from '../../util/evictOldest';
import { monotonicNow } from '../../util/monotonicNow';
import { StoreGuard, type Patience } from '../guard';

/** Pages and conversations of a cluster for which it is known whether their master answers. */
const MAX_GUARDS = 10_000;
/** After a failure, the master of another conversation may be away too. */
const SUSPECT_MS = 10_000;

/**
 * Limits how long handlers wait for one Redis. In a cluster, a Page that waits for
 * its master costs the other Pages nothing.
 */
export class RedisGuards {
  private readonly guards = new Map<string, StoreGuard>();
  private failedAt = -Infinity;

  constructor(private readonly isCluster: boolean) {}

  /** @param about the Page, or the conversation */
  async ask<T>(
    about: string,
    verb: string,
    run: () => Promise<T>,
    patience: Patience,
  ): Promise<T> {
    try {
      return await this.guardOf(about).ask(verb, run, patience);
    } catch (error) {
      this.failedAt = monotonicNow();
      throw error;
    }
  }

  /** Whether part of a cluster was away of late. */
  get isSuspect(): boolean {
    return this.isCluster && monotonicNow() - this.failedAt < SUSPECT_MS;
  }

  private guardOf(about: string): StoreGuard {
    const key = this.isCluster ? about : '';
    const guard = this.guards.get(key) ?? new StoreGuard();
    this.guards.set(key, guard);
    evictOldest(this.guards, MAX_GUARDS);
    return guard;
  }
}
