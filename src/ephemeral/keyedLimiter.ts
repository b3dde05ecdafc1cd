export interface Ticket {
  /** Takes the job out of the queue; `false` when it has begun already. */
  cancel(): boolean;
  /** Resolves when the job is over, or was cancelled. Never rejects. */
  readonly done: Promise<void>;
}

interface Job {
  readonly run: () => Promise<void>;
  readonly end: () => void;
}

interface Lane {
  running: number;
  readonly queue: Set<Job>;
  /** Until it fires, no job begins. */
  pause?: NodeJS.Timeout | undefined;
}

/** Runs a limited number of jobs at a time for each key, in order. */
export class KeyedLimiter {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly atOnce: number) {}

  /** @param run must not reject, and must end */
  enqueue(key: string, run: () => Promise<void>): Ticket {
    const lane = this.lane(key);
    let end = () => {};
    const done = new Promise<void>((resolve) => (end = resolve));
    const job = { run, end };
    lane.queue.add(job);
    this.next(key, lane);
    return {
      done,
      cancel: () => {
        const isQueued = lane.queue.delete(job);
        if (isQueued) end();
        this.tidy(key, lane);
        return isQueued;
      },
    };
  }

  /** Delays the next jobs of this key; those that run go on. */
  pause(key: string, ms: number): void {
    const lane = this.lane(key);
    clearTimeout(lane.pause);
    lane.pause = setTimeout(() => {
      lane.pause = undefined;
      this.next(key, lane);
    }, ms).unref();
  }

  private lane(key: string): Lane {
    let lane = this.lanes.get(key);
    if (!lane) {
      lane = { running: 0, queue: new Set() };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private next(key: string, lane: Lane): void {
    for (const job of lane.queue) {
      if (lane.pause || lane.running >= this.atOnce) return;
      lane.queue.delete(job);
      lane.running += 1;
      void job.run().finally(() => {
        lane.running -= 1;
        job.end();
        this.next(key, lane);
      });
    }
    this.tidy(key, lane);
  }

  private tidy(key: string, lane: Lane): void {
    if (lane.running > 0 || lane.queue.size > 0 || lane.pause) return;
    if (this.lanes.get(key) === lane) this.lanes.delete(key);
  }
}
