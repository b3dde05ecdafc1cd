import type { RefusalReason } from './errors';

/**
 * Counters since `personas()` was called, in this process. They never decrease.
 *
 * @example
 * ```js
 * const { created, deleted, refused } = plugin.stats();
 * console.log(`${created} created, ${deleted} deleted, ${refused.region} refused by region`);
 * ```
 */
export interface PersonaStats {
  /** Personas that this process created, ephemeral and for names. */
  created: number;
  /** Blocks and late sends that used an existing ephemeral persona, of this process or another. */
  shared: number;
  /** Personas that this process deleted, including by sweeps. */
  deleted: number;
  /** Personas that could not be deleted and were left to the sweep. */
  leftToSweep: number;
  /** Sends that were sent as the Page, or rejected, because of their persona. */
  refused: Record<RefusalReason, number>;
}

export function noStats(): PersonaStats {
  return {
    created: 0,
    shared: 0,
    deleted: 0,
    leftToSweep: 0,
    refused: {
      region: 0,
      unknown: 0,
      'not-created': 0,
      'this-message': 0,
      unverified: 0,
      'initial-persona': 0,
      channel: 0,
      ignored: 0,
    },
  };
}
