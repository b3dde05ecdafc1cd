import { withTimeout } from '../util/withTimeout';

import { printNote } from './output';

/** So long somebody at a terminal waits for a store that may be away, in milliseconds. */
const PATIENCE_MS = 1500;
const LATE = Symbol('late');

/** What is read of the store; when it is away, what is there without it, and a note. */
export async function orWithoutStore<T>(
  reading: Promise<T>,
  without: T,
): Promise<T> {
  let reason = `it did not answer in ${PATIENCE_MS / 1000} s`;
  try {
    const read = await withTimeout(reading, PATIENCE_MS, LATE);
    if (read !== LATE) return read;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  printNote(
    `Note: the store of personas() could not be read, so this is without what it knows of leases and names: ${reason}`,
  );
  return without;
}
