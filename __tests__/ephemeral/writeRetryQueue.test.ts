import { WriteRetryQueue } from '../../src/ephemeral/writeRetryQueue';

const away = () => Promise.reject<void>(new Error('away'));
const settled = () => new Promise(setImmediate);

test('a write is tried until it is done, which is reported', async () => {
  const undone = new WriteRetryQueue();
  const onDone = jest.fn();
  const late = jest.fn<Promise<void>, []>(away);
  undone.add('a', late);
  undone.add('b', () => Promise.resolve());
  expect(undone.isEmpty).toBe(false);
  undone.retry(onDone);
  await settled();
  expect(onDone).toHaveBeenCalledTimes(1);
  expect(undone.isEmpty).toBe(false);
  late.mockResolvedValue(undefined);
  undone.retry(onDone);
  await settled();
  expect(late).toHaveBeenCalledTimes(2);
  expect(onDone).toHaveBeenCalledTimes(2);
  expect(undone.isEmpty).toBe(true);
});

test('a later write for the same key is not lost', async () => {
  const undone = new WriteRetryQueue();
  const later = jest.fn(() => Promise.resolve());
  undone.add('a', () => {
    undone.add('a', later);
    return Promise.resolve();
  });
  undone.retry(() => {});
  await settled();
  expect(undone.isEmpty).toBe(false);
  undone.retry(() => {});
  await settled();
  expect(later).toHaveBeenCalledTimes(1);
  expect(undone.isEmpty).toBe(true);
});

test('the queue holds ten thousand writes at most', async () => {
  const undone = new WriteRetryQueue();
  const step = jest.fn(() => Promise.resolve());
  for (let number = 0; number < 10_001; number += 1) {
    undone.add(String(number), step);
  }
  undone.retry(() => {});
  await settled();
  expect(step).toHaveBeenCalledTimes(10_000);
  expect(undone.isEmpty).toBe(true);
});
