interface Lane {
  running: number;
  readonly queue: (() => void)[];
}

/** Runs a limited number of jobs at a time for each key, in order. */
export class KeyedLimiter {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly atOnce: number) {}

  /** @param job must end, and at once if it is no longer wanted when it starts */
  async run<T>(key: string, job: () => Promise<T>): Promise<T> {
    const lane = this.lanes.get(key) ?? { running: 0, queue: [] };
    this.lanes.set(key, lane);
    lane.running += 1;
    if (lane.running > this.atOnce) {
      await new Promise<void>((resolve) => lane.queue.push(resolve));
    }
    try {
      return await job();
    } finally {
      lane.running -= 1;
      lane.queue.shift()?.();
      if (lane.running === 0) this.lanes.delete(key);
    }
  }
}
