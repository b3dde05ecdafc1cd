/** Something that waits for its turn, or has it. */
export interface Place {
  /** Gives the place up; `false` when its turn has come already. */
  leave(): boolean;
  /** Resolves when its turn is over, or the place was given up. Never rejects. */
  readonly over: Promise<void>;
}

interface Waiting {
  readonly job: () => Promise<void>;
  readonly end: () => void;
}

interface Lane {
  running: number;
  readonly queue: Set<Waiting>;
  /** Until it fires nobody's turn comes. */
  pause?: NodeJS.Timeout | undefined;
}

/**
 * Lets so many on a Page do something at once, the others in the order in which
 * they came. It holds nothing but what waits or is under way.
 */
export class Turns {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly atOnce: number) {}

  /** @param job must not reject, and must end */
  enter(pageId: string, job: () => Promise<void>): Place {
    const lane = this.lane(pageId);
    let end = () => {};
    const over = new Promise<void>((resolve) => (end = resolve));
    const waiting = { job, end };
    lane.queue.add(waiting);
    this.next(pageId, lane);
    return {
      over,
      leave: () => {
        const left = lane.queue.delete(waiting);
        if (left) end();
        this.tidy(pageId, lane);
        return left;
      },
    };
  }

  /** Nobody's turn on this Page comes for so long; those under way go on. */
  pause(pageId: string, ms: number): void {
    const lane = this.lane(pageId);
    clearTimeout(lane.pause);
    lane.pause = setTimeout(() => {
      lane.pause = undefined;
      this.next(pageId, lane);
    }, ms).unref();
  }

  private lane(pageId: string): Lane {
    let lane = this.lanes.get(pageId);
    if (!lane) {
      lane = { running: 0, queue: new Set() };
      this.lanes.set(pageId, lane);
    }
    return lane;
  }

  private next(pageId: string, lane: Lane): void {
    for (const waiting of lane.queue) {
      if (lane.pause || lane.running >= this.atOnce) return;
      lane.queue.delete(waiting);
      lane.running += 1;
      void waiting.job().finally(() => {
        lane.running -= 1;
        waiting.end();
        this.next(pageId, lane);
      });
    }
    this.tidy(pageId, lane);
  }

  private tidy(pageId: string, lane: Lane): void {
    if (lane.running > 0 || lane.queue.size > 0 || lane.pause) return;
    if (this.lanes.get(pageId) === lane) this.lanes.delete(pageId);
  }
}
