import { PersonaCleanupError } from 'bottender-persona';

import { Leases } from '../../src/ephemeral/leases';
import { PersonaCreator } from '../../src/ephemeral/personaCreator';
import { EphemeralPool } from '../../src/ephemeral/pool';
import type { SharedPersona } from '../../src/ephemeral/sharedPersona';
import { noStats } from '../../src/stats';
import { MemoryStore } from '../../src/store/memory';
import { type Reply, type Script, startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';
import { nextRequest } from '../support/nextRequest';
import { profile } from '../support/personas';

const MADE_7: Reply = { body: { id: '7' } };
const MADE_8: Reply = { body: { id: '8' } };
const OK: Reply = { body: { success: true } };
const failing = (code: number): Reply => ({
  status: 400,
  body: { error: { code, message: 'no' } },
});

async function open(answers: Script, lingerMs = 0, store = new MemoryStore()) {
  const { page, calls } = await startFakeGraph(answers);
  const report = jest.fn();
  const stats = noStats();
  const leases = new Leases(store, 60_000, report);
  const creator = new PersonaCreator(leases, stats);
  const pool = new EphemeralPool(leases, creator, lingerMs, stats);
  const acquire = (name: string) => pool.acquire(page, profile(name));
  const deletions = (id: string) =>
    calls.filter(
      (call) => call.startsWith(`DELETE`) && call.includes(`/${id}?`),
    ).length;
  return { pool, acquire, calls, deletions, report, stats, leases };
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('stats count personas as shared or created', async () => {
  const { acquire, pool, stats } = await open([MADE_7, OK]);
  const one = await acquire('Adam');
  expect(stats).toMatchObject({ created: 1, shared: 0 });
  const two = await acquire('Adam');
  expect(two).toBe(one);
  expect(stats).toMatchObject({ created: 1, shared: 1 });
  await pool.release(one);
  expect(stats.deleted).toBe(0);
  await pool.release(two);
  expect(stats).toMatchObject({ created: 1, shared: 1, deleted: 1 });
});

test('after a failure that is not a rate limit, the deletion is tried again, and others on the Page go on', async () => {
  const { acquire, pool, calls } = await open([
    MADE_7,
    MADE_8,
    { status: 500, body: {} },
    OK,
  ]);
  const [adam, eve] = [await acquire('Adam'), await acquire('Eve')];
  await pool.release(adam);
  await pool.release(eve);
  await pool.close(5000);
  const deleted = calls.flatMap(
    (call) => /^DELETE .*\/(\d+)\?/.exec(call)?.[1] ?? [],
  );
  expect(deleted).toEqual(['7', '8', '7']);
});

test('after a rate limit, the other deletions on the Page wait, too', async () => {
  const { acquire, pool, deletions, leases } = await open([
    MADE_7,
    MADE_8,
    failing(613),
    OK,
  ]);
  const [adam, eve] = [await acquire('Adam'), await acquire('Eve')];
  await pool.release(adam);
  const released = pool.release(eve);
  await later(700);
  expect(deletions('8')).toBe(0);
  await released;
  expect(deletions('8')).toBe(1);
  await pool.close(5000);
  expect(leases.isNoneHeld).toBe(true);
});

test('after a deletion that succeeds, the next rate limit is waited out as the first one', async () => {
  let id = 6;
  const limited = new Set(['7', '9']);
  const { acquire, pool, deletions } = await open(({ method, path }) => {
    if (method === 'POST') return { body: { id: String((id += 1)) } };
    const isLimited = limited.delete(/\d+$/.exec(path)?.[0] ?? '');
    return isLimited ? failing(613) : OK;
  });
  const used = [];
  for (const name of ['A', 'B', 'C', 'D']) used.push(await acquire(name));
  const [a, b, c, d] = used as [SharedPersona, ...SharedPersona[]];
  // The calls are real.
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'],
  });
  try {
    for (const [first, next] of [
      [a, b],
      [c, d],
    ] as [SharedPersona, SharedPersona][]) {
      await pool.release(first);
      const released = pool.release(next);
      await jest.advanceTimersByTimeAsync(1000);
      await released;
    }
  } finally {
    jest.useRealTimers();
  }
  expect([deletions('8'), deletions('10')]).toEqual([1, 1]);
});

describe('a slow store has removed the lease', () => {
  class SlowStore extends MemoryStore {
    readonly isAsked = gate();
    override async forget(pageId: string, key: string) {
      this.isAsked.open();
      await later(20);
      return super.forget(pageId, key);
    }
  }

  test.each(['the end of a use', 'close()', 'a close() that comes late'])(
    'after %s',
    async (end) => {
      const store = new SlowStore();
      const { acquire, pool, stats } = await open([MADE_7, OK], 0, store);
      const released = pool.release(await acquire('Adam'));
      if (end === 'the end of a use') await released;
      else {
        if (end !== 'close()') await store.isAsked.opened;
        await pool.close(5000);
      }
      expect(await store.leasesOn('1')).toEqual([]);
      expect(stats.deleted).toBe(1);
    },
  );
});

test('a use that ends while the store is away ends when it is back, and the persona is deleted then', async () => {
  class AwayStore extends MemoryStore {
    isAway = true;
    override release(...args: Parameters<MemoryStore['release']>) {
      return this.isAway
        ? Promise.reject(new Error('away'))
        : super.release(...args);
    }
  }
  const store = new AwayStore();
  const opened = await open([MADE_7, OK], 0, store);
  const { acquire, pool, deletions, report } = opened;
  await pool.release(await acquire('Adam'));
  expect(report).toHaveBeenCalledTimes(1);
  expect(deletions('7')).toBe(0);
  store.isAway = false;
  await pool.close(3000);
  expect(deletions('7')).toBe(1);
  expect(report).toHaveBeenCalledTimes(1);
});

test.each([
  ['at once', [failing(200)], 1],
  ['after a rate limit', [failing(613), failing(200)], 2],
])(
  'a deletion ends at a permanent failure %s',
  async (_what, answers, tries) => {
    const { acquire, pool, deletions, report } = await open([
      MADE_7,
      ...answers,
    ]);
    await pool.release(await acquire('Adam'));
    await pool.close(5000);
    expect(deletions('7')).toBe(tries);
    const [[error]] = report.mock.calls as [[PersonaCleanupError]];
    expect(error).toMatchObject({ failure: { code: 200 } });
  },
);

test('close() reports the personas that it did not wait for, and why', async () => {
  const { acquire, pool, report } = await open([MADE_7]);
  await acquire('Adam');
  await pool.close(50);
  expect(report.mock.calls).toEqual([
    [expect.any(PersonaCleanupError), { id: '7', ...profile('Adam') }],
  ]);
  const [[error]] = report.mock.calls as [[PersonaCleanupError]];
  expect(error).toMatchObject({
    persona: { id: '7', name: 'Adam' },
    pageId: '1',
    failure: { message: 'close() did not wait for it any longer' },
  });
});

test('close() reports a persona that is being created by its name', async () => {
  const answer = gate();
  const refused = { ...failing(100), when: answer.opened };
  const { acquire, pool, report } = await open([refused]);
  const asked = nextRequest('POST /me/personas');
  const making = expect(acquire('Adam')).rejects.toThrow();
  await asked;
  await pool.close(50);
  expect(report.mock.calls).toEqual([
    [expect.any(PersonaCleanupError), { id: null, ...profile('Adam') }],
  ]);
  const [[error]] = report.mock.calls as [[PersonaCleanupError]];
  expect(error.persona).toEqual({ name: 'Adam' });
  answer.open();
  await making;
});

test('close() ends even if the system clock is changed', async () => {
  const { acquire, pool, report } = await open([MADE_7]);
  await acquire('Adam');
  jest.useFakeTimers();
  try {
    const closing = pool.close(50);
    jest.runAllTimers();
    await closing;
  } finally {
    jest.useRealTimers();
  }
  expect(report).toHaveBeenCalledTimes(1);
});

test('close() waits for a running deletion, and for the end of a use', async () => {
  const { acquire, pool, report, deletions } = await open([MADE_7, OK], 60_000);
  const adam = await acquire('Adam');
  let isClosed = false;
  const closing = pool.close(5000).then(() => (isClosed = true));
  await later(50);
  expect(isClosed).toBe(false);
  await pool.release(adam);
  await closing;
  expect(deletions('7')).toBe(1);
  expect(report).not.toHaveBeenCalled();
});
