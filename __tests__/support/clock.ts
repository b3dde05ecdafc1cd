const every = globalThis.setInterval;
const stop = globalThis.clearInterval;

/** So often timers that were taken look at the clock. */
const LOOK_EVERY_MS = 20;

let aheadMs = 0;
let isMoved = false;
let hasTimers = false;

afterEach(() => {
  aheadMs = 0;
  isMoved = false;
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
  const begun = Date.now() - performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => Date.now() - begun);
}

/** Lets so much time be over: for whoever looks at the clock, and for timers that were taken. */
export function pass(ms: number): void {
  if (hasTimers) {
    jest.advanceTimersByTime(ms);
    return;
  }
  aheadMs += ms;
  if (isMoved) return;
  isMoved = true;
  for (const clock of [Date, performance]) {
    const now = clock.now.bind(clock);
    jest.spyOn(clock, 'now').mockImplementation(() => now() + aheadMs);
  }
}

/** Sets the machine's clock, which no wait goes by. */
export function setClock(aheadOfNowMs: number): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadOfNowMs);
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
