import { inspect } from 'node:util';

import { KeyedLimiter } from '../../src/ephemeral/keyedLimiter';
import { gate, type Gate } from '../support/gate';

/** Jobs that end on demand, and the order in which they began. */
function jobs() {
  const begun: string[] = [];
  const gates = new Map<string, Gate>();
  const job = (name: string) => async () => {
    begun.push(name);
    const mine = gate();
    gates.set(name, mine);
    await mine.opened;
  };
  return { begun, job, end: (name: string) => gates.get(name)?.open() };
}

test('a limited number of jobs runs at once, the others in the order in which they came', async () => {
  const limiter = new KeyedLimiter(2);
  const { begun, job, end } = jobs();
  const [a, , c] = ['a', 'b', 'c', 'd'].map((name) =>
    limiter.enqueue('1', job(name)),
  );
  expect(begun).toEqual(['a', 'b']);
  end('a');
  await a?.done;
  expect(begun).toEqual(['a', 'b', 'c']);
  end('b');
  end('c');
  await c?.done;
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('a cancelled ticket frees its place for the next job', async () => {
  const limiter = new KeyedLimiter(1);
  const { begun, job, end } = jobs();
  const first = limiter.enqueue('1', job('first'));
  for (let number = 0; number < 1000; number += 1) {
    const place = limiter.enqueue('1', job(`${number}`));
    expect(place.cancel()).toBe(true);
    await place.done;
  }
  const last = limiter.enqueue('1', job('last'));
  expect(first.cancel()).toBe(false);
  end('first');
  await first.done;
  expect(begun).toEqual(['first', 'last']);
  expect(last.cancel()).toBe(false);
});

test('cancelling a waiting ticket starts no additional job', async () => {
  const limiter = new KeyedLimiter(1);
  const { begun, job, end } = jobs();
  const first = limiter.enqueue('1', job('first'));
  limiter.enqueue('1', job('impatient')).cancel();
  limiter.enqueue('1', job('second'));
  expect(begun).toEqual(['first']);
  end('first');
  await first.done;
  expect(begun).toEqual(['first', 'second']);
});

test('nothing is kept after the last job, and later jobs are independent of it', async () => {
  const limiter = new KeyedLimiter(1);
  const { begun, job, end } = jobs();
  const isEmpty = () => inspect(limiter).includes('Map(0)');
  const first = limiter.enqueue('1', job('first'));
  expect(isEmpty()).toBe(false);
  end('first');
  await first.done;
  expect(isEmpty()).toBe(true);
  limiter.enqueue('1', job('second'));
  // Of its own it has none any more.
  expect(first.cancel()).toBe(false);
  limiter.enqueue('1', job('third'));
  expect(begun).toEqual(['first', 'second']);
});

test('one Page does not wait for another', () => {
  const limiter = new KeyedLimiter(1);
  const { begun, job } = jobs();
  limiter.enqueue('1', job('a'));
  limiter.enqueue('1', job('b'));
  limiter.enqueue('2', job('c'));
  expect(begun).toEqual(['a', 'c']);
});

describe('a pause', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('holds the jobs of one Page, and of no other', () => {
    const limiter = new KeyedLimiter(1);
    const { begun, job } = jobs();
    limiter.pause('1', 1000);
    limiter.enqueue('1', job('a'));
    limiter.enqueue('2', job('b'));
    jest.advanceTimersByTime(999);
    expect(begun).toEqual(['b']);
    jest.advanceTimersByTime(1);
    expect(begun).toEqual(['b', 'a']);
  });

  test('leaves nothing behind', () => {
    const limiter = new KeyedLimiter(1);
    limiter.pause('1', 1000);
    limiter.enqueue('1', () => Promise.resolve()).cancel();
    expect(inspect(limiter)).toContain('Map(1)');
    jest.advanceTimersByTime(1000);
    expect(inspect(limiter)).toContain('Map(0)');
  });

  test('that is started again lasts from then on', () => {
    const limiter = new KeyedLimiter(1);
    const { begun, job } = jobs();
    limiter.pause('1', 1000);
    limiter.enqueue('1', job('a'));
    jest.advanceTimersByTime(500);
    limiter.pause('1', 2000);
    jest.advanceTimersByTime(1999);
    expect(begun).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(begun).toEqual(['a']);
  });
});
