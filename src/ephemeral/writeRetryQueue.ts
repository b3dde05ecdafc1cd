/** One write more expires by itself in the store, and is swept. */
const MAX_WRITES = 10_000;

/** Writes that failed, by what they are about, to be repeated when the store is back. */
export class WriteRetryQueue {
  private readonly writes = new Map<string, () => Promise<unknown>>();

  get isEmpty(): boolean {
    return this.writes.size === 0;
  }

  add(about: string, write: () => Promise<unknown>): void {
    if (this.writes.size < MAX_WRITES) this.writes.set(about, write);
  }

  /** Repeats each write once, and calls back after each that succeeds. Failures were reported the first time. */
  retry(onDone: () => void): void {
    for (const [about, write] of this.writes) {
      write().then(
        () => {
          if (this.writes.get(about) === write) this.writes.delete(about);
          onDone();
        },
        () => {},
      );
    }
  }
}
