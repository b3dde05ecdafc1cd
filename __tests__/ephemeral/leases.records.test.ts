import { PersonaStoreError } from 'bottender-persona';

import type { Lease } from '../../src/ephemeral/lease';
import { Leases } from '../../src/ephemeral/leases';
import type { Page } from '../../src/graph/page';
import { GuardedKeyv } from '../../src/store/keyv/guardedKeyv';
import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';
import { KeyvPort } from '../../src/store/keyv/keyvPort';
import { startFakeGraph } from '../support/fakeGraph';
import { profile } from '../support/personas';
import { MapStore } from '../support/stores';

const LEASE_MS = 3000;
const GUEST = profile('Guest');

let page: Page;
beforeAll(async () => {
  ({ page } = await startFakeGraph([]));
});
beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  jest.useRealTimers();
});

function open(store: KeyvLike = new MapStore()) {
  const report = jest.fn();
  const leases = new Leases(
    new KeyvPort(new GuardedKeyv(store)),
    LEASE_MS,
    report,
  );
  return { leases, report, store };
}

async function take(leases: Leases, slot = 'fly:guest'): Promise<Lease> {
  const lease = await leases.acquire(page, GUEST, slot);
  if (!lease) throw new Error('another process makes it');
  return lease;
}

/** A memory store that is away while a test says so. */
class Flaky extends MapStore {
  isAway = false;
  writes = 0;

  override set(key: string, value: unknown): Promise<true> {
    this.writes += 1;
    return this.isAway
      ? Promise.reject(new Error('away'))
      : super.set(key, value);
  }
}

describe('the records of leases', () => {
  test('of this process do not expire while it renews them', async () => {
    const { leases } = open();
    const lease = await take(leases);
    await lease.complete('7');
    // As in a process that was stopped for long.
    jest.setSystemTime(Date.now() + LEASE_MS + 1);
    expect(await leases.expired([page])).toEqual([]);
    lease.abandon();
    expect(await leases.expired([page])).toEqual([
      [lease.key, expect.objectContaining({ id: '7' })],
    ]);
  });

  test('are not read for the IDs of this process', async () => {
    const store = new MapStore();
    const { leases } = open(store);
    const lease = await take(leases);
    store.get = () => Promise.reject(new Error('away'));
    expect(await leases.idsOn(page)).toEqual(new Set());
    await lease.complete('7');
    expect(await leases.idsOn(page)).toEqual(new Set(['7']));
  });
});

describe('a lease', () => {
  const stored = async (leases: Leases) => (await leases.on(page))[0]?.[1];

  test('is an intent, then complete, then gone', async () => {
    const { leases, report } = open();
    const lease = await take(leases);
    expect(lease.key).toMatch(/^[\da-f-]{36}$/);
    const record = { pageId: '1', id: null, ...GUEST };
    const expiresAt = 1_000_000 + LEASE_MS;
    expect(await stored(leases)).toEqual({ ...record, expiresAt });
    await lease.complete('7');
    expect(await stored(leases)).toEqual({ ...record, id: '7', expiresAt });
    await lease.remove();
    expect(await leases.on(page)).toEqual([]);
    expect(report).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is renewed three times per leaseMs until the last use is abandoned', async () => {
    const { leases } = open();
    const [one, two] = [await take(leases), await take(leases, 'fly:two')];
    await one.complete('7');
    await two.complete('8');
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    const renewed = 1_000_000 + LEASE_MS / 3 + LEASE_MS;
    expect(
      (await leases.on(page)).map(([, { expiresAt }]) => expiresAt),
    ).toEqual([renewed, renewed]);

    one.abandon();
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    const still = renewed + LEASE_MS / 3;
    expect(
      (await leases.on(page)).map(([, { expiresAt }]) => expiresAt),
    ).toEqual([renewed, still]);

    two.abandon();
    expect(jest.getTimerCount()).toBe(0);
    const next = await take(leases, 'fly:next');
    await next.complete('9');
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    expect((await leases.on(page)).at(-1)?.[0]).toBe(next.key);
    expect((await leases.on(page)).at(-1)?.[1].expiresAt).toBe(
      Date.now() + LEASE_MS,
    );
    next.abandon();
  });

  test('that cannot be written is reported once, and once more after it has worked again', async () => {
    const store = new Flaky();
    const { leases, report } = open(store);
    store.isAway = true;
    const lease = await take(leases);
    await lease.complete('7');
    expect(report.mock.calls).toEqual([
      [expect.any(PersonaStoreError), { id: null, ...GUEST }],
    ]);
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    expect(await stored(leases)).toMatchObject({ id: '7' });
    store.isAway = true;
    await jest.advanceTimersByTimeAsync(LEASE_MS);
    expect(report.mock.calls.slice(1)).toEqual([
      [expect.any(PersonaStoreError), { id: '7', ...GUEST }],
    ]);
    // Once for each renewal, beside the list of processes.
    expect(store.writes).toBeLessThanOrEqual(8);
    lease.abandon();
  });

  test('whose write hangs is not written once more for each renewal', async () => {
    let writes = 0;
    const set = () => {
      writes += 1;
      return new Promise<true>(() => {});
    };
    const { leases } = open(Object.assign(new MapStore(), { set }));
    const opening = take(leases);
    await jest.advanceTimersByTimeAsync(4 * 60_000);
    const lease = await opening;
    // One that is waited for, and then at most one in four seconds.
    expect(writes).toBeLessThan(70);
    expect(writes).toBeGreaterThan(50);
    lease.abandon();
  });

  test('that cannot be removed is reported without naming a persona', async () => {
    const store = Object.assign(new MapStore(), {
      delete: () => Promise.reject(new Error('away')),
    });
    const { leases, report } = open(store);
    await (await take(leases)).remove();
    expect(report.mock.calls).toEqual([[expect.any(PersonaStoreError), null]]);
  });
});
