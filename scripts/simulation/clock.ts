type Callback = (...args: unknown[]) => void;

interface Timer {
  at: number;
  order: number;
  callback: Callback | undefined;
  everyMs?: number;
}

/** The part of Node's timer that this project uses. */
interface Handle {
  unref(): Handle;
  ref(): Handle;
  [Symbol.toPrimitive](): number;
}

/**
 * Replaces the timers and the clock of this process. Time passes only in `pass`.
 * Timers are in a heap, because a simulation has many thousands.
 */
export class SimulatedClock {
  now = 1_800_000_000_000;
  private order = 0;
  private readonly heap: Timer[] = [];
  private readonly timers = new WeakMap<object, Timer>();

  install(): void {
    const set = (callback: Callback, ms = 0, ...args: unknown[]) =>
      this.add(() => callback(...args), ms);
    const every = (callback: Callback, ms = 0) => this.add(callback, ms, ms);
    const clear = (handle: unknown) => this.clear(handle);
    Object.assign(globalThis, {
      setTimeout: set,
      setInterval: every,
      clearTimeout: clear,
      clearInterval: clear,
    });
    Date.now = () => this.now;
    performance.now = () => this.now;
  }

  /** Lets time pass: runs the timers that become due, and the promises that depend on them. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (let next = this.heap[0]; next && next.at <= end; next = this.heap[0]) {
      this.pop();
      if (!next.callback) continue;
      this.now = Math.max(this.now, next.at);
      next.callback();
      if (next.everyMs === undefined) next.callback = undefined;
      else this.push(next, this.now + next.everyMs);
      await settled();
    }
    this.now = end;
    await settled();
  }

  private add(callback: Callback, ms: number, everyMs?: number): Handle {
    const timer: Timer = {
      at: this.now + ms,
      order: 0,
      callback,
      ...(everyMs !== undefined && { everyMs }),
    };
    this.push(timer);
    const handle: Handle = {
      unref: () => handle,
      ref: () => handle,
      [Symbol.toPrimitive]: () => timer.order,
    };
    this.timers.set(handle, timer);
    return handle;
  }

  private clear(handle: unknown): void {
    if (typeof handle !== 'object' || handle === null) return;
    const timer = this.timers.get(handle);
    if (timer) timer.callback = undefined;
  }

  private push(timer: Timer, dueAt = timer.at): void {
    timer.at = dueAt;
    timer.order = this.order += 1;
    const { heap } = this;
    heap.push(timer);
    for (let at = heap.length - 1; at > 0;) {
      const above = (at - 1) >> 1;
      if (!this.isBefore(at, above)) break;
      this.swap(at, above);
      at = above;
    }
  }

  private pop(): void {
    const { heap } = this;
    this.swap(0, heap.length - 1);
    heap.pop();
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < heap.length && this.isBefore(left, first)) first = left;
      if (right < heap.length && this.isBefore(right, first)) first = right;
      if (first === at) return;
      this.swap(at, first);
      at = first;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.heap[a], this.heap[b]];
    if (!one || !other) return false;
    return (
      one.at - other.at < 0 || (one.at === other.at && one.order < other.order)
    );
  }

  private swap(a: number, b: number): void {
    const [one, other] = [this.heap[a], this.heap[b]];
    if (!one || !other) return;
    this.heap[a] = other;
    this.heap[b] = one;
  }
}

const realImmediate = setImmediate;

/** Resolves after all microtasks. */
function settled(): Promise<void> {
  return new Promise((resolve) => realImmediate(resolve));
}
