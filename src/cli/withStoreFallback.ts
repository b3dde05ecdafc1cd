import { withTimeout } from '../util/withTimeout';

import { errorMessage } from './commandErrors';
import { printNote } from './output';

const TIMEOUT_MS = 1500;
const TIMED_OUT = Symbol('timed out');

/** Resolves to what was read from the store; if that fails or takes too long, prints a note and resolves to `fallback`. */
export async function withStoreFallback<T>(
  reading: Promise<T>,
  fallback: T,
): Promise<T> {
  let reason = `it did not answer in ${TIMEOUT_MS / 1000} s`;
  try {
    const read = await withTimeout(reading, TIMEOUT_MS, TIMED_OUT);
    if (read !== TIMED_OUT) return read;
  } catch (error) {
    reason = errorMessage(error);
  }
  printNote(
    `Note: the store of personas() could not be read, so leases and names are missing here: ${reason}`,
  );
  return fallback;
}
