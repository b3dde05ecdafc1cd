import { Backoff } from '../../src/graph/backoff';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The waits after this number of failures in a row. */
function waitsOf(backoff: Backoff<string>, failures: number): number[] {
  return Array.from({ length: failures }, (_, number) => {
    backoff.failed('adam', `failure ${number}`);
    const start = Date.now();
    while (backoff.waiting('adam') !== undefined) jest.advanceTimersByTime(500);
    return Date.now() - start;
  });
}

test('waits grow from a second to a minute', () => {
  expect(waitsOf(new Backoff(), 9)).toEqual([
    1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000,
  ]);
});

test('a success resets the waits', () => {
  const backoff = new Backoff<string>();
  waitsOf(backoff, 3);
  backoff.succeeded('adam');
  expect(waitsOf(backoff, 1)).toEqual([1000]);
});

test('ten minutes without a failure reset the waits', () => {
  const backoff = new Backoff<string>();
  waitsOf(backoff, 3);
  jest.advanceTimersByTime(9 * 60_000);
  expect(waitsOf(backoff, 1)).toEqual([8000]);
  jest.advanceTimersByTime(10 * 60_000);
  expect(waitsOf(backoff, 1)).toEqual([1000]);
});

test('simultaneous failures count once, and get the first failure', () => {
  const backoff = new Backoff<string>();
  backoff.failed('adam', 'first');
  backoff.failed('adam', 'second');
  expect(backoff.waiting('adam')).toBe('first');
  jest.advanceTimersByTime(1000);
  expect(backoff.waiting('adam')).toBeUndefined();
});

test('each key has waits of its own', () => {
  const backoff = new Backoff<string>();
  backoff.failed('adam', 'failure');
  expect(backoff.waiting('eve')).toBeUndefined();
});

test('at most 10,000 keys are remembered, the latest ones', () => {
  const backoff = new Backoff<string>();
  for (let key = 0; key <= 10_000; key += 1)
    backoff.failed(`${key}`, 'failure');
  expect(backoff.waiting('0')).toBeUndefined();
  expect(backoff.waiting('1')).toBe('failure');
  expect(backoff.waiting('10000')).toBe('failure');
});
