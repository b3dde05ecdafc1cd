import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { walk } from '../../../src/store/keyv/walk';
import { gate } from '../../support/gate';
import { storeWith } from '../../support/stores';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** How it ended, once so many milliseconds have gone by. */
async function after(ms: number, asked: Promise<unknown>): Promise<string> {
  let end = 'waits';
  asked.then(
    () => (end = 'answered'),
    (error: unknown) => (end = String(error)),
  );
  await jest.advanceTimersByTimeAsync(ms);
  return end;
}

describe('while the store is away', () => {
  test('one call at a time is made, and all others end at once', async () => {
    let calls = 0;
    const back = gate();
    const get = () => {
      calls += 1;
      return back.opened;
    };
    const guarded = new GuardedKeyv(storeWith({ get }));
    const first = Array.from({ length: 10 }, () => guarded.get('a'));
    const ends = await Promise.all(first.map((asked) => after(1000, asked)));
    expect(new Set(ends).size).toBe(1);
    expect(ends[0]).toContain('it did not answer in time');
    expect(calls).toBe(10);

    for (let i = 0; i < 1000; i += 1) {
      const many = [guarded.get('b'), guarded.set('b', 1), guarded.delete('b')];
      const [end] = await Promise.all(many.map((asked) => after(1, asked)));
      expect(end).toContain('it did not answer in time');
    }
    // One a second at first, then after two seconds: three seconds have gone by.
    expect(calls).toBeGreaterThan(10);
    expect(calls).toBeLessThanOrEqual(13);

    back.open();
    expect(await after(1, guarded.get('c'))).toBe('answered');
  });

  test('those who ask at once are one call too', async () => {
    let calls = 0;
    const get = () => {
      calls += 1;
      return new Promise(() => {});
    };
    const guarded = new GuardedKeyv(storeWith({ get }));
    await after(1000, guarded.get('a'));
    for (let time = 0; time < 20; time += 1) {
      const before = calls;
      const many = Array.from({ length: 100 }, () => guarded.get('b'));
      await Promise.all(many.map((asked) => after(0, asked)));
      await jest.advanceTimersByTimeAsync(60_000);
      expect(calls - before).toBe(1);
    }
  });

  test('a reading of all entries does not wait either', async () => {
    const get = () => new Promise(() => {});
    const guarded = new GuardedKeyv(storeWith({ get }));
    await after(1000, guarded.get('a'));
    void guarded.get('b').catch(() => {});
    expect(await after(1, guarded.entries('lease:'))).toContain(
      'it did not answer in time',
    );
  });
});

describe('the next call is waited for', () => {
  /** What takes its time, and is answered. */
  const slowly = () => new Promise((resolve) => setTimeout(resolve, 50));

  test('after one that failed at once', async () => {
    const get = jest.fn(slowly).mockRejectedValueOnce(new Error('no'));
    const guarded = new GuardedKeyv(storeWith({ get }));
    expect(await after(0, guarded.get('a'))).toContain('no');
    expect(await after(50, guarded.get('a'))).toBe('answered');
  });

  test('after a reading of all entries that took long to fail', async () => {
    const failing = async () => {
      for (let times = 0; times < 3; times += 1) await slowly();
      throw new Error('no');
    };
    const iterator = () => ({
      [Symbol.asyncIterator]: () => ({ next: failing }),
    });
    const guarded = new GuardedKeyv(storeWith({ iterator, get: slowly }));
    expect(await after(5000, guarded.entries('lease:'))).toContain('no');
    expect(await after(50, guarded.get('a'))).toBe('answered');
  });
});

describe('a reading of all entries', () => {
  test('that never gives one ends, and is left', async () => {
    let left = 0;
    const iterator = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          left += 1;
          return Promise.reject(new Error('no'));
        },
      }),
    });
    const guarded = new GuardedKeyv(storeWith({ iterator }));
    const asked = guarded.entries('lease:');
    expect(await after(29_000, asked)).toBe('waits');
    expect(await after(1001, asked)).toContain('it did not answer in time');
    expect(left).toBe(1);
    // A get has not been asked, and may well be answered.
    expect(await after(0, guarded.get('a'))).toBe('answered');
  });

  test('that is slow and never ends is read no further', async () => {
    let read = 0;
    let isLeft = false;
    async function* iterator() {
      try {
        for (;;) {
          read += 1;
          yield ['lease:1', read];
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      } finally {
        isLeft = true;
      }
    }
    const guarded = new GuardedKeyv(storeWith({ iterator }));
    expect(await after(30_001, guarded.entries('lease:'))).toContain(
      'it did not answer in time',
    );
    const readThen = read;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(read).toBe(readThen);
    expect(isLeft).toBe(true);
  });

  test.each([
    ['at once', () => endless()],
    ['as promises', () => endlessAsync()],
  ])('that never ends and comes %s is bounded by count', async (_how, make) => {
    jest.useRealTimers();
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 10);
    const see = () => Promise.resolve();
    const walking = walk(make(), Date.now() + 60_000, see, 50_000);
    await expect(walking).rejects.toThrow('it has more than 50000 entries');
    clearInterval(turning);
    // Others have their turn meanwhile.
    expect(turns).toBeGreaterThan(5);
  });

  test('ends at its time although nothing is waited for', async () => {
    jest.useRealTimers();
    const begun = Date.now();
    const walking = walk(endless(), begun + 50, () => Promise.resolve());
    await expect(walking).rejects.toThrow('it did not answer in time');
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

function* endless(): Generator<unknown[]> {
  for (;;) yield ['other', 1];
}

async function* endlessAsync(): AsyncGenerator<unknown[]> {
  for (;;) yield await Promise.resolve(['other', 1]);
}
