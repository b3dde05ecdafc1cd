import { Undone } from '../../src/ephemeral/undone';

const away = () => Promise.reject(new Error('away'));
const settled = () => new Promise(setImmediate);

test('is tried until it is done, and told of each that is', async () => {
  const undone = new Undone();
  const onDone = jest.fn();
  const late = jest.fn(away);
  undone.add('a', late);
  undone.add('b', () => Promise.resolve());
  expect(undone.isNone).toBe(false);
  undone.tryAgain(onDone);
  await settled();
  expect(onDone).toHaveBeenCalledTimes(1);
  expect(undone.isNone).toBe(false);
  late.mockResolvedValue();
  undone.tryAgain(onDone);
  await settled();
  expect(late).toHaveBeenCalledTimes(2);
  expect(onDone).toHaveBeenCalledTimes(2);
  expect(undone.isNone).toBe(true);
});

test('of what came later about the same nothing is lost', async () => {
  const undone = new Undone();
  const later = jest.fn(() => Promise.resolve());
  undone.add('a', () => {
    undone.add('a', later);
    return Promise.resolve();
  });
  undone.tryAgain(() => {});
  await settled();
  expect(undone.isNone).toBe(false);
  undone.tryAgain(() => {});
  await settled();
  expect(later).toHaveBeenCalledTimes(1);
  expect(undone.isNone).toBe(true);
});

test('holds ten thousand at most', async () => {
  const undone = new Undone();
  const step = jest.fn(() => Promise.resolve());
  for (let number = 0; number < 10_001; number += 1) {
    undone.add(String(number), step);
  }
  undone.tryAgain(() => {});
  await settled();
  expect(step).toHaveBeenCalledTimes(10_000);
  expect(undone.isNone).toBe(true);
});
