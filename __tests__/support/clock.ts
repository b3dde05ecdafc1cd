const real = Date.now.bind(Date);
let aheadMs = 0;

afterEach(() => {
  aheadMs = 0;
  jest.restoreAllMocks();
});

/** Lets so much time be over, for whoever looks at the clock; timers go on as they were. */
export function pass(ms: number): void {
  aheadMs += ms;
  jest.spyOn(Date, 'now').mockImplementation(() => real() + aheadMs);
}
