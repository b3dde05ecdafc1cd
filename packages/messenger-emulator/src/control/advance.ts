import { checkInteger } from '../values/checks';
import type { Clock } from '../values/clock';

/** A year: as far as anything in the emulator lasts. */
const FURTHEST = 366 * 24 * 60 * 60 * 1000;

/**
 * Moves the emulator's time on.
 *
 * @throws {TypeError} unless `ms` is an integer from 0 to a year.
 */
export function advance(clock: Clock, ms: unknown): void {
  clock.advance(checkInteger(ms, 'advanceMs', 0, FURTHEST));
}
