import { setImmediate as nextTurn } from 'node:timers/promises';

import { withTimeout } from '../../util/withTimeout';

import type { Entries } from './keyv';

/** More than any bot has; an iterator that gives more may never end. */
const MOST_ENTRIES = 1_000_000;
/** So many entries at a time, so that a store in memory holds up nobody else. */
const AT_A_TIME = 500;

const LATE = Symbol('late');

/** What a walk that took too long fails with. */
export class WalkedTooLong extends Error {}

/**
 * Shows each entry to `see`, one after the other, and ends at the deadline
 * whatever the iterator does; the iterator is told that no more is wanted.
 *
 * @throws WalkedTooLong, or what the iterator or `see` throws
 */
export async function walk(
  entries: Entries,
  deadline: number,
  see: (entry: readonly unknown[]) => Promise<void>,
  most = MOST_ENTRIES,
): Promise<void> {
  const iterator:
    AsyncIterator<readonly unknown[]> | Iterator<readonly unknown[]> =
    Symbol.asyncIterator in entries
      ? entries[Symbol.asyncIterator]()
      : entries[Symbol.iterator]();
  let isOver = false;
  const step = async () => {
    const next = await iterator.next();
    if (next.done) isOver = true;
    else if (Date.now() < deadline) await see(next.value);
  };
  try {
    for (let count = 0; count <= most; count += 1) {
      // Timers do not come in between where the answers are there at once.
      if (count % AT_A_TIME === AT_A_TIME - 1) await nextTurn();
      const leftMs = deadline - Date.now();
      if (leftMs <= 0 || (await withTimeout(step(), leftMs, LATE)) === LATE) {
        throw new WalkedTooLong('it did not answer in time');
      }
      if (isOver) return;
    }
    throw new WalkedTooLong(`it has more than ${most} entries`);
  } finally {
    if (!isOver) void leave(iterator);
  }
}

async function leave(
  iterator: AsyncIterator<unknown> | Iterator<unknown>,
): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Nobody wants to know any more.
  }
}
