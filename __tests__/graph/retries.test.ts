import { isAmbiguous, type GraphFailure } from '../../src/graph/graphFailure';
import {
  retryDelay,
  withRetries,
  type RetryPolicy,
} from '../../src/graph/retries';
import { gate } from '../support/gate';

const BUSY: GraphFailure = { status: 500, code: 2, message: 'busy' };
const TOO_MANY: GraphFailure = { status: 400, code: 613, message: 'too many' };

async function triesUntil(
  timeoutMs: number,
  attempts: number,
  failure = BUSY,
  more: Partial<RetryPolicy> = {},
): Promise<number> {
  let made = 0;
  await withRetries(
    () => {
      made += 1;
      return Promise.resolve({ ok: false, failure });
    },
    { attempts, firstDelayMs: 20, timeoutMs, ...more },
  );
  return made;
}

describe('withRetries', () => {
  test('tries until maxTries', async () => {
    expect(await triesUntil(60_000, 3)).toBe(3);
  });

  test('starts no try that could not end in time', async () => {
    expect(await triesUntil(9, 3)).toBe(1);
  });

  test('does not try again after a rate limit by default', async () => {
    expect(await triesUntil(60_000, 3, TOO_MANY)).toBe(1);
    expect(await triesUntil(60_000, 3, { status: 429, message: '' })).toBe(1);
  });

  test('waits for a rate limit to pass if that is allowed', async () => {
    const sitting = { retryRateLimits: true };
    expect(await triesUntil(60_000, 3, TOO_MANY, sitting)).toBe(3);
  });

  test.each([
    ['a success', { ok: true, value: 1 } as const],
    [
      'a failure that stays',
      { ok: false, failure: { status: 400, message: 'bad' } } as const,
    ],
  ])('does not try again after %s', async (_what, outcome) => {
    const run = jest.fn(() => Promise.resolve(outcome));
    const policy = { attempts: 3, firstDelayMs: 20, timeoutMs: 60_000 };
    expect(await withRetries<number>(run, policy)).toBe(outcome);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('pauses between two tries', async () => {
    const times: number[] = [];
    const run = () => {
      times.push(performance.now());
      return Promise.resolve({ ok: false as const, failure: BUSY });
    };
    await withRetries(run, {
      attempts: 2,
      firstDelayMs: 100,
      timeoutMs: 60_000,
    });
    const [first = NaN, second = NaN] = times;
    // Timers may be a little early.
    expect(second - first).toBeGreaterThan(45);
  });

  test('waits for an answer until the timeout', async () => {
    const late = new Promise<{ ok: true; value: string }>((resolve) => {
      setTimeout(() => resolve({ ok: true, value: 'late' }), 30);
    });
    const policy = { attempts: 1, firstDelayMs: 20, timeoutMs: 60_000 };
    expect(await withRetries(() => late, policy)).toEqual(await late);
  });

  test('gives up if there is no answer in time', async () => {
    const outcome = await withRetries(() => new Promise(() => {}), {
      attempts: 3,
      firstDelayMs: 20,
      timeoutMs: 30,
    });
    expect(outcome).toEqual({
      ok: false,
      failure: { message: 'there was no answer in time' },
    });
  });
});

test('a try can see that it was given up', async () => {
  const policy = { attempts: 1, firstDelayMs: 20, timeoutMs: 30 };
  const heard: (boolean | undefined)[] = [];
  const { opened, open } = gate();
  let given: AbortSignal | undefined;
  const outcome = withRetries((signal) => {
    given = signal;
    heard.push(signal.aborted);
    open();
    return new Promise(() => {});
  }, policy);
  await opened;
  heard.push(given?.aborted);
  await outcome;
  heard.push(given?.aborted);
  expect(heard).toEqual([false, false, true]);
});

test('a try that has been answered does not count as given up', async () => {
  let given: AbortSignal | undefined;
  await withRetries(
    (signal) => {
      given = signal;
      return Promise.resolve({ ok: true, value: 1 });
    },
    { attempts: 1, firstDelayMs: 20, timeoutMs: 60_000 },
  );
  expect(given?.aborted).toBe(false);
});

test('waits double, and half of each is random', () => {
  const policy = { attempts: 5, firstDelayMs: 100, timeoutMs: 60_000 };
  for (const [attempt, longest] of [
    [1, 100],
    [2, 200],
    [4, 800],
  ] as const) {
    const waits = Array.from({ length: 100 }, () =>
      retryDelay(attempt, policy),
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(longest / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(longest);
    expect(Math.max(...waits)).toBeGreaterThan(longest * 0.75);
    expect(new Set(waits).size).toBeGreaterThan(1);
  }
});

test.each<[boolean, string, GraphFailure]>([
  [true, 'no answer', { message: 'socket hang up' }],
  [true, 'a server error', { status: 503, message: '' }],
  [true, 'a success without an ID', { status: 200, message: '' }],
  [true, 'a service that is down', { status: 400, code: 2, message: '' }],
  [false, 'a redirection', { status: 300, message: '' }],
  [false, 'a rate limit', { status: 400, code: 4, message: '' }],
  [false, 'too many requests', { status: 429, message: '' }],
  [false, 'a rate limit at 5xx', { status: 503, code: 613, message: '' }],
  [false, 'a bad parameter', { status: 400, code: 100, message: '' }],
])(
  'whether a call may have been carried out (%s) after %s',
  (may, _what, failure) => {
    expect(isAmbiguous(failure)).toBe(may);
  },
);
