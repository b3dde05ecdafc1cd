import { WriteRetryQueue } from '../../src/ephemeral/writeRetryQueue';

const INTERVAL_MS = 1000;
const MAX_WRITES = 10_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const intervals = (count: number) =>
  jest.advanceTimersByTimeAsync(count * INTERVAL_MS);

/** A write of a store that is away until it is told to be back. */
function writer() {
  let isBack = false;
  const write = jest.fn(() =>
    isBack ? Promise.resolve() : Promise.reject(new Error('away')),
  );
  return { write, comeBack: () => (isBack = true) };
}

test('a write is repeated until the store is back, and then the timer ends', async () => {
  const queue = new WriteRetryQueue(INTERVAL_MS);
  const { write, comeBack } = writer();
  queue.add('a', write);
  await intervals(2);
  expect(write).toHaveBeenCalledTimes(2);
  comeBack();
  await intervals(5);
  expect(write).toHaveBeenCalledTimes(3);
  expect(jest.getTimerCount()).toBe(0);
  queue.add('b', write);
  await intervals(2);
  expect(write).toHaveBeenCalledTimes(4);
});

test('a write is repeated although others have been done', async () => {
  const queue = new WriteRetryQueue(INTERVAL_MS);
  const [one, two] = [writer(), writer()];
  queue.add('one', one.write);
  queue.add('two', two.write);
  one.comeBack();
  await intervals(3);
  expect(one.write).toHaveBeenCalledTimes(1);
  expect(two.write).toHaveBeenCalledTimes(3);
});

test('a later write of the same is done instead, also one that comes during the other', async () => {
  const queue = new WriteRetryQueue(INTERVAL_MS);
  const { write: second, comeBack } = writer();
  const first = jest.fn(() => {
    queue.add('a', second);
    return Promise.resolve();
  });
  queue.add('a', first);
  await intervals(3);
  expect(first).toHaveBeenCalledTimes(1);
  expect(second).toHaveBeenCalledTimes(2);
  comeBack();
  await intervals(1);
  expect(jest.getTimerCount()).toBe(0);
});

test('ten thousand writes are kept at most, and these may be replaced', async () => {
  const queue = new WriteRetryQueue(INTERVAL_MS);
  const [{ write }, { write: other }] = [writer(), writer()];
  for (let n = 1; n <= MAX_WRITES; n += 1) queue.add(`${n}`, write);
  queue.add('one more', other);
  await intervals(1);
  expect(write).toHaveBeenCalledTimes(MAX_WRITES);
  expect(other).not.toHaveBeenCalled();
  queue.add('1', other);
  await intervals(1);
  expect(other).toHaveBeenCalledTimes(1);
});
