import { randomUUID } from 'node:crypto';

import { Leases } from '../../src/ephemeral/leases';
import { Sweep } from '../../src/ephemeral/sweep';
import type { Page } from '../../src/graph/page';
import { noStats } from '../../src/stats';
import { MemoryStore } from '../../src/store/memory';
import {
  EXPIRED_AT_ONCE,
  type LeaseEntry,
  type Use,
} from '../../src/store/port';
import { advanceTime } from '../support/clock';
import { type Reply, startFakeGraph } from '../support/fakeGraph';
import { barrier } from '../support/gate';
import { profile } from '../support/personas';

const LEASE_MS = 60_000;
const OK: Reply = { body: { success: true } };
const LIMITED: Reply = { status: 400, body: { error: { code: 613 } } };
const FORBIDDEN: Reply = { status: 400, body: { error: { code: 200 } } };

/** A sweep of a store that other processes have left personas in. */
function open(page: Page, store = new MemoryStore(), named: string[] = []) {
  const report = jest.fn();
  const stats = noStats();
  const leases = new Leases(store, LEASE_MS, report);
  const namedIds = () => Promise.resolve(new Set(named));
  const sweep = new Sweep(leases, report, namedIds, stats);
  const expired = () => leases.expired([page]);
  return { store, report, stats, leases, sweep, expired };
}

/** Writes what a process has left: a persona, or an intent. */
async function leave(
  store: MemoryStore,
  id: string | null,
  name: string,
  leaseMs = -1,
): Promise<Use> {
  const record = { pageId: '1', id, ...profile(name) };
  const use = { key: randomUUID(), use: randomUUID(), slot: name, record };
  await store.renew([use], { leaseMs, claimMs: leaseMs });
  return use;
}

const listed = (...personas: unknown[]): Reply => ({
  body: { data: personas },
});
const adam = { id: '7', name: 'Adam', profile_picture_url: 'https://x/a.png' };
const ADAM = expect.objectContaining({ id: '7', name: 'Adam' }) as unknown;

describe('an expired lease', () => {
  test('is forgotten after its persona is deleted and counted', async () => {
    const { page, calls } = await startFakeGraph([OK]);
    const { store, sweep, stats, expired, report } = open(page);
    await leave(store, '7', 'Adam');
    await leave(store, '8', 'Eve');
    const swept = await sweep.sweepExpired(page, await expired());
    expect(swept).toEqual({
      swept: {
        deleted: [
          { id: '7', ...profile('Adam') },
          { id: '8', ...profile('Eve') },
        ],
        suspects: [],
      },
      end: 'done',
    });
    expect(calls).toHaveLength(2);
    expect(stats.deleted).toBe(2);
    expect(await store.leasesOn('1')).toEqual([]);
    expect(report).not.toHaveBeenCalled();
  });

  test('that is used again, or swept by another process, is left alone', async () => {
    const { page, calls } = await startFakeGraph([OK]);
    const { store, sweep, expired } = open(page);
    const used = await leave(store, '7', 'Adam');
    await leave(store, '8', 'Eve');
    const entries = await expired();
    await store.renew([used], { leaseMs: LEASE_MS, claimMs: LEASE_MS });
    await store.claimExpired(entries[1] as LeaseEntry, {
      leaseMs: LEASE_MS,
      claimMs: LEASE_MS,
    });
    const { swept } = await sweep.sweepExpired(page, entries);
    expect(swept.deleted).toEqual([]);
    expect(calls).toEqual([]);
    expect(await store.leasesOn('1')).toHaveLength(2);
  });

  test('whose persona cannot be deleted is reported, and the next sweep tries again at once', async () => {
    const { page } = await startFakeGraph([FORBIDDEN, OK]);
    const { store, sweep, report, expired, stats } = open(page);
    await leave(store, '7', 'Adam');
    expect(await sweep.sweepExpired(page, await expired())).toEqual({
      swept: { deleted: [], suspects: [] },
      end: 'done',
    });
    expect(report.mock.calls).toEqual([
      [expect.any(Error), { id: '7', ...profile('Adam') }],
    ]);
    expect(stats.deleted).toBe(0);
    const { swept } = await sweep.sweepExpired(page, await expired());
    expect(swept.deleted).toHaveLength(1);
  });

  test('waits for the next sweep after a rate limit, and no other call is made', async () => {
    const { page, calls } = await startFakeGraph([LIMITED]);
    const { store, sweep, report, expired, stats } = open(page);
    for (let id = 1; id <= 9; id += 1) await leave(store, `${id}`, `A${id}`);
    await leave(store, null, 'Adam');
    expect(await sweep.sweepExpired(page, await expired())).toEqual({
      swept: { deleted: [], suspects: [] },
      end: 'limited',
    });
    expect(calls.length).toBeLessThanOrEqual(4);
    expect(calls.filter((call) => call.startsWith('GET'))).toEqual([]);
    expect(report).not.toHaveBeenCalled();
    expect(stats.deleted).toBe(0);
    expect(await expired()).toHaveLength(10);
  });

  test('is swept together with three others', async () => {
    const allCame = barrier(4);
    // With fewer at once nobody would ever be answered.
    const { page } = await startFakeGraph(() => ({ ...OK, when: allCame() }));
    const { store, sweep, expired } = open(page);
    for (let id = 1; id <= 4; id += 1) await leave(store, `${id}`, `A${id}`);
    const { swept } = await sweep.sweepExpired(page, await expired());
    expect(swept.deleted).toHaveLength(4);
  });

  test('is left to the next sweep after thirty seconds', async () => {
    class Slow extends MemoryStore {
      ms = 5000;
      override forget(pageId: string, key: string) {
        advanceTime(this.ms);
        return super.forget(pageId, key);
      }
    }
    const { page, calls } = await startFakeGraph([OK]);
    const { store, sweep, expired } = open(page, new Slow());
    for (let id = 1; id <= 5; id += 1) await leave(store, `${id}`, `A${id}`);
    expect(await sweep.sweepExpired(page, await expired())).toMatchObject({
      end: 'done',
    });
    expect(calls).toHaveLength(5);
    (store as Slow).ms = 30_000;
    for (let id = 1; id <= 9; id += 1) await leave(store, `${id}`, `A${id}`);
    await leave(store, null, 'Adam');
    const { swept, end } = await sweep.sweepExpired(page, await expired());
    expect(end).toBe('late');
    expect(swept.deleted.length).toBeLessThanOrEqual(4);
    expect(swept.suspects).toEqual([]);
    expect(calls.filter((call) => call.startsWith('GET'))).toEqual([]);
  });
});

describe('more expired leases than a store gives at once', () => {
  const count = EXPIRED_AT_ONCE + 1;

  async function leaveMany(page: Page) {
    const opened = open(page);
    const read = jest.spyOn(opened.store, 'expired');
    for (let id = 1; id <= count; id += 1) {
      await leave(opened.store, `${id}`, `A${id}`);
    }
    await leave(opened.store, null, 'Adam');
    return { ...opened, read };
  }

  test('are all swept', async () => {
    const { page } = await startFakeGraph(({ method }) =>
      method === 'DELETE' ? OK : listed(adam),
    );
    const { sweep, store } = await leaveMany(page);
    const { deleted, suspects } = await sweep.sweepPage(page);
    expect(new Set(deleted.map(({ id }) => id)).size).toBe(count);
    expect(suspects).toEqual([ADAM]);
    expect(await store.leasesOn('1')).toHaveLength(1);
  });

  test('are tried once each, if none of them can be deleted', async () => {
    const { page, calls } = await startFakeGraph(() => FORBIDDEN);
    const { sweep, expired, report } = await leaveMany(page);
    await expect(sweep.sweepPage(page)).rejects.toThrow('"Adam"');
    const deletions = calls.filter((call) => call.startsWith('DELETE'));
    expect(deletions).toHaveLength(count);
    expect(new Set(deletions).size).toBe(count);
    expect(report).toHaveBeenCalledTimes(count);
    expect(await expired()).toHaveLength(EXPIRED_AT_ONCE);
  });

  test('are read once, if the first of them meet a rate limit', async () => {
    const { page } = await startFakeGraph([LIMITED]);
    const { sweep, read } = await leaveMany(page);
    expect(await sweep.sweepPage(page)).toEqual({ deleted: [], suspects: [] });
    expect(read).toHaveBeenCalledTimes(1);
  });
});

describe('an intent', () => {
  test('without a persona of its name is forgotten, and no other one is', async () => {
    const { page } = await startFakeGraph([listed(adam)]);
    const { store, sweep, expired } = open(page);
    await leave(store, null, 'Bea');
    const mine = await leave(store, null, 'Adam');
    const { swept } = await sweep.sweepExpired(page, await expired());
    expect(swept.suspects).toEqual([ADAM]);
    expect((await expired()).map(([key]) => key)).toEqual([mine.key]);
  });

  test('is kept if the list is incomplete', async () => {
    const { page } = await startFakeGraph([listed(null)]);
    const { store, sweep, expired } = open(page);
    await leave(store, null, 'Bea');
    expect(await sweep.sweepPage(page)).toEqual({ deleted: [], suspects: [] });
    expect(await expired()).toHaveLength(1);
  });

  test('makes one suspect, even if there is another intent of that name', async () => {
    const { page } = await startFakeGraph([listed(adam)]);
    const { store, sweep } = open(page);
    await leave(store, null, 'Adam');
    await leave(store, null, 'Adam');
    expect(await sweep.sweepPage(page)).toEqual({
      deleted: [],
      suspects: [ADAM],
    });
  });

  test.each<[string, string[], boolean]>([
    ['the directory has', ['7'], false],
    ['belongs to a lease in use', [], true],
  ])(
    'does not suspect a persona whose ID %s',
    async (_who, named, isLeased) => {
      const { page } = await startFakeGraph([listed(adam)]);
      const { store, sweep } = open(page, new MemoryStore(), named);
      await leave(store, null, 'Adam');
      if (isLeased) await leave(store, '7', 'Adam', LEASE_MS);
      expect((await sweep.sweepPage(page)).suspects).toEqual([]);
    },
  );

  test('that was renewed while the list was read is neither reported nor forgotten', async () => {
    const { page } = await startFakeGraph([listed(adam)]);
    const { store, sweep, expired } = open(page);
    const uses = [
      await leave(store, null, 'Adam'),
      await leave(store, null, 'Bea'),
    ];
    const entries = await expired();
    await store.renew(uses, { leaseMs: LEASE_MS, claimMs: LEASE_MS });
    const { swept } = await sweep.sweepExpired(page, entries);
    expect(swept.suspects).toEqual([]);
    expect(await store.leasesOn('1')).toHaveLength(2);
  });

  test('that is gone by now makes no suspect', async () => {
    const { page } = await startFakeGraph([listed(adam)]);
    const { store, sweep, expired } = open(page);
    const { key } = await leave(store, null, 'Adam');
    const entries = await expired();
    await store.forget('1', key);
    expect((await sweep.sweepExpired(page, entries)).swept.suspects).toEqual(
      [],
    );
  });

  test('gives its list the rest of the thirty seconds', async () => {
    class Slow extends MemoryStore {
      override forget(pageId: string, key: string) {
        advanceTime(28_000);
        return super.forget(pageId, key);
      }
    }
    const { page } = await startFakeGraph(({ method }) => {
      if (method === 'DELETE') return OK;
      const when = new Promise((resolve) => setTimeout(resolve, 5000));
      return { body: { data: [] }, when };
    });
    const { store, sweep, expired } = open(page, new Slow());
    await leave(store, '7', 'Eve');
    await leave(store, null, 'Adam');
    await expect(
      sweep.sweepExpired(page, await expired()),
    ).rejects.toMatchObject({
      persona: { name: 'Adam' },
      failure: { message: expect.stringContaining('no answer') as string },
    });
  });

  test('is required before the list is read', async () => {
    const { page, calls } = await startFakeGraph([listed(adam)]);
    const { sweep } = open(page);
    expect(await sweep.sweepPage(page)).toEqual({ deleted: [], suspects: [] });
    expect(calls).toEqual([]);
  });

  test('is reported by name if the list cannot be read', async () => {
    const { page } = await startFakeGraph([FORBIDDEN]);
    const { store, sweep } = open(page);
    await leave(store, null, 'Adam');
    await expect(sweep.sweepPage(page)).rejects.toMatchObject({
      name: 'PersonaCleanupError',
      persona: { name: 'Adam' },
      pageId: '1',
      failure: { code: 200 },
    });
  });
});

/** Whose clock stands still, so that all leases in it expire at the same time. */
class StillStore extends MemoryStore {
  protected override now(): number {
    return 1000;
  }
}

test.each([MemoryStore, StillStore])(
  'two sweeps at the same time keep the same intent of a name, so that both report the suspect: %p',
  async (Store) => {
    const { page } = await startFakeGraph([listed(adam), listed(adam)]);
    const { store, sweep, expired } = open(page, new Store());
    await leave(store, null, 'Adam');
    await leave(store, null, 'Adam');
    const entries = await expired();
    const sweeps = [entries, entries.toReversed()].map((each) =>
      sweep.sweepExpired(page, each),
    );
    for (const { swept } of await Promise.all(sweeps)) {
      expect(swept.suspects).toEqual([ADAM]);
    }
    expect(await store.leasesOn('1')).toHaveLength(1);
  },
);
