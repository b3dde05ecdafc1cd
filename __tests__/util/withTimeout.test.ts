import { withTimeout } from '../../src/util/withTimeout';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const never = new Promise<string>(() => {});

test('resolves as the promise does, and leaves no timer behind', async () => {
  expect(await withTimeout(Promise.resolve('value'), 1000, 'late')).toBe(
    'value',
  );
  expect(jest.getTimerCount()).toBe(0);
});

test('rejects as the promise does, and leaves no timer behind', async () => {
  const error = new Error('no');
  await expect(withTimeout(Promise.reject(error), 1000, 'late')).rejects.toBe(
    error,
  );
  expect(jest.getTimerCount()).toBe(0);
});

test('resolves to the fallback after the timeout, and not before', async () => {
  const given = jest.fn();
  void withTimeout(never, 1000, 'late').then(given);
  await jest.advanceTimersByTimeAsync(999);
  expect(given).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  expect(given).toHaveBeenCalledWith('late');
});
