/** The emulator's time, which a test can move on without waiting. */
export class Clock {
  #ahead = 0;

  constructor(private readonly source: () => number) {}

  /** Milliseconds since the epoch. */
  now(): number {
    return this.source() + this.#ahead;
  }

  /** @param ms how far, in milliseconds */
  advance(ms: number): void {
    this.#ahead += ms;
  }

  reset(): void {
    this.#ahead = 0;
  }
}
