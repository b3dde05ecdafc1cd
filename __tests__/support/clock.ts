const real = Date.now.bind(Date);
const every = globalThis.setInterval;
const stop = globalThis.clearInterval;

/** So often timers that were taken look at the clock. */
const LOOK_EVERY_MS = 20;

let aheadMs = 0;
let hasTimers = false;

afterEach(() => {
  aheadMs = 0;
  hasTimers = false;
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/**
 * Has the test's timers go by the clock too, so that what waits on one does not
 * take its time. They still go on by themselves, and sockets as they were.
 */
export function takeTimers(): void {
  hasTimers = true;
  jest.useFakeTimers({
    advanceTimers: true,
    doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'],
  });
}

/** Lets so much time be over: for whoever looks at the clock, and for timers that were taken. */
export function pass(ms: number): void {
  if (hasTimers) {
    jest.advanceTimersByTime(ms);
    return;
  }
  aheadMs += ms;
  jest.spyOn(Date, 'now').mockImplementation(() => real() + aheadMs);
}

/**
 * Takes the timers, and has the clock go so many times as fast, for what holds
 * however late an answer comes; the function it gives ends that.
 */
export function race(times: number): () => void {
  takeTimers();
  const racing = every(() => pass(LOOK_EVERY_MS * (times - 1)), LOOK_EVERY_MS);
  return () => stop(racing);
}
