import type { RefusalReason } from './errors';

/**
 * What `plugin.stats()` gives: counts since `personas()` was called, in this
 * process. Plain numbers, for any metrics library; none is ever less than before.
 */
export interface PersonaStats {
  /** Personas that this process made, on the fly and for names. */
  made: number;
  /** Blocks and late sends that took up a persona which was there, this process's or another's. */
  shared: number;
  /** Personas that this process deleted, sweeps included. */
  deleted: number;
  /** Personas that could not be deleted and were left to the sweep. */
  leftToSweep: number;
  /** Sends that went out as the Page, or rejected, because of their persona. */
  refused: Record<RefusalReason, number>;
}

export function noStats(): PersonaStats {
  return {
    made: 0,
    shared: 0,
    deleted: 0,
    leftToSweep: 0,
    refused: {
      region: 0,
      unknown: 0,
      'not-made': 0,
      'this-message': 0,
      unverified: 0,
      'initial-persona': 0,
      channel: 0,
      ignored: 0,
    },
  };
}
