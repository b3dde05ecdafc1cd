/** What is one too many runs out by itself, and is swept. */
const MOST_UNDONE = 10_000;

/** What could not be written down when it happened, by what it is about: it is done when the store is back. */
export class Undone {
  private readonly steps = new Map<string, () => Promise<void>>();

  get isNone(): boolean {
    return this.steps.size === 0;
  }

  add(about: string, step: () => Promise<void>): void {
    if (this.steps.size < MOST_UNDONE) this.steps.set(about, step);
  }

  /** Tries each once more, and calls back after each that is done. Its failure was told. */
  tryAgain(onDone: () => void): void {
    for (const [about, step] of this.steps) {
      step().then(
        () => {
          if (this.steps.get(about) === step) this.steps.delete(about);
          onDone();
        },
        () => {},
      );
    }
  }
}
