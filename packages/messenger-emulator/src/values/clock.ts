import { checkInteger } from './checks';

/** A year: longer than anything in the emulator lasts. */
const MAX_ADVANCE_MS = 366 * 24 * 60 * 60 * 1000;

/** The emulator's time. Tests can advance it without waiting. */
export class Clock {
  #aheadMs = 0;

  constructor(private readonly source: () => number) {}

  /** Milliseconds since the epoch. */
  now(): number {
    return this.source() + this.#aheadMs;
  }

  /** @throws {TypeError} unless `ms` is an integer from 0 to a year. */
  advance(ms: unknown): void {
    this.#aheadMs += checkInteger(ms, 'advanceMs', 0, MAX_ADVANCE_MS);
  }

  reset(): void {
    this.#aheadMs = 0;
  }
}
