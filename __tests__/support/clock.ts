const { setInterval, clearInterval, setTimeout } = globalThis;

/** How often `speedUpTime` moves the clock. */
const STEP_MS = 20;
/** The pauses between tries, and the waits for a store, are not longer. */
const LONGEST_PAUSE_MS = 1000;

let aheadMs = 0;
let isMoved = false;
let areTimersFake = false;

afterEach(() => {
  aheadMs = 0;
  isMoved = false;
  areTimersFake = false;
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** Lets `advanceTime` move timers, too. They also go on by themselves; sockets are unaffected. */
export function fakeTimers(): void {
  areTimersFake = true;
  jest.useFakeTimers({
    advanceTimers: true,
    doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'],
  });
  const begun = Date.now() - performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => Date.now() - begun);
}

/** Moves the clock, and the timers if they are fake. */
export function advanceTime(ms: number): void {
  if (areTimersFake) {
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

/** Sets the system clock, which no wait depends on. */
export function setClock(aheadOfNowMs: number): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadOfNowMs);
}

/** Lets clock and timers run `factor` times as fast, until the function that it returns is called. */
export function speedUpTime(factor: number): () => void {
  fakeTimers();
  const running = setInterval(
    () => advanceTime(STEP_MS * (factor - 1)),
    STEP_MS,
  );
  return () => clearInterval(running);
}

/** Divides all timeouts of up to a second by ten, for tests that are not about how long they are. */
export function shortenTimeouts(): void {
  jest
    .spyOn(globalThis, 'setTimeout')
    .mockImplementation((callback, ms = 0, ...args) =>
      setTimeout(callback, ms > LONGEST_PAUSE_MS ? ms : ms / 10, ...args),
    );
}
