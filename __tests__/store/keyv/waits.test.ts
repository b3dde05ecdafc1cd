import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { gate } from '../../support/gate';
import { storeWith } from '../../support/stores';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The result of a call after this number of milliseconds. */
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
  test('one call at a time waits, and all others fail at once', async () => {
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
      const [probe, ...others] = many.map((asked) => after(1, asked));
      // The one that is made is waited for: a tenth of a second at most.
      await probe;
      for (const end of await Promise.all(others)) {
        expect(end).toContain('it did not answer in time');
      }
    }
    // One a second at first, then after two seconds: three seconds have gone by.
    expect(calls).toBeGreaterThan(10);
    expect(calls).toBeLessThanOrEqual(13);

    back.open();
    expect(await after(1, guarded.get('c'))).toBe('answered');
  });

  test('simultaneous calls count as one', async () => {
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
});

describe('the next call waits for the store', () => {
  test('after many slow answers at the same time, which count once', async () => {
    let ms = 300;
    const get = () => new Promise((resolve) => setTimeout(resolve, ms));
    const guarded = new GuardedKeyv(storeWith({ get }));
    const many = Array.from({ length: 10 }, () => guarded.get('a'));
    const ends = await Promise.all(many.map((asked) => after(300, asked)));
    expect(new Set(ends)).toEqual(new Set(['answered']));
    ms = 150;
    expect(await after(150, guarded.get('a'))).toBe('answered');
  });

  /** What takes its time, and is answered. */
  const slowly = () => new Promise((resolve) => setTimeout(resolve, 50));

  test('after a call that failed at once', async () => {
    const get = jest.fn(slowly).mockRejectedValueOnce(new Error('no'));
    const guarded = new GuardedKeyv(storeWith({ get }));
    expect(await after(0, guarded.get('a'))).toContain('no');
    expect(await after(50, guarded.get('a'))).toBe('answered');
  });
});
