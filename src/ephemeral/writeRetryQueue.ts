/** One more is dropped: what it was about expires by itself in the store, and is swept. */
const MAX_WRITES = 10_000;

/** Writes that failed, repeated until the store is back. */
export class WriteRetryQueue {
  private readonly writes = new Map<string, () => Promise<unknown>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly intervalMs: number) {}

  /** @param about what is written; a later write of the same replaces this one */
  add(about: string, write: () => Promise<unknown>): void {
    const isFull = this.writes.size >= MAX_WRITES;
    if (isFull && !this.writes.has(about)) return;
    this.writes.set(about, write);
    this.timer ??= setInterval(() => {
      for (const each of this.writes) void this.retry(...each);
    }, this.intervalMs).unref();
  }

  private async retry(about: string, write: () => Promise<unknown>) {
    try {
      await write();
    } catch {
      return; // Reported the first time.
    }
    if (this.writes.get(about) === write) this.writes.delete(about);
    if (this.writes.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
