import { PersonaStoreError } from 'bottender-persona';

import { Leases } from '../../src/ephemeral/leases';
import type { Page } from '../../src/messenger/page';
import { GuardedStore } from '../../src/store/guardedStore';
import { MemoryStore, type PersonaStore } from '../../src/store/store';
import { answering } from '../support/answers';
import { profile } from '../support/faces';
import { leaseKey } from '../support/stores';

const LEASE_MS = 3000;
const GUEST = profile('Guest');

let page: Page;
beforeAll(async () => {
  ({ page } = await answering([]));
});
beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  jest.useRealTimers();
});

function open(store: PersonaStore = new MemoryStore()) {
  const report = jest.fn();
  const broken = jest.fn();
  const guarded = new GuardedStore(store, broken);
  const leases = new Leases(guarded, LEASE_MS, report);
  return { leases, report, store, broken };
}

/** A memory store that is away while a test says so. */
class Flaky extends MemoryStore {
  isAway = false;
  writes = 0;

  override set(key: string, value: unknown): Promise<true> {
    this.writes += 1;
    return this.isAway
      ? Promise.reject(new Error('away'))
      : super.set(key, value);
  }
}

const RECORD = { pageId: '1', id: '7', ...GUEST, expiresAt: 1_000_000 };

describe('the records', () => {
  test('are what looks like one, of all Pages or of one', async () => {
    const { leases, store } = open();
    const other = { ...RECORD, pageId: '2', id: null };
    const [one, two] = [leaseKey(), leaseKey()];
    await store.set(one, RECORD);
    await store.set(two, { ...other, token: 'x' });
    await store.set('lease:a', RECORD);
    await store.set(`session:${leaseKey()}`, RECORD);
    await store.set(`${leaseKey()}:b`, RECORD);
    await store.set('directory:1:adam', RECORD);
    expect(await leases.records()).toEqual([
      [one, RECORD],
      [two, other],
    ]);
    expect(await leases.recordsOf('2')).toEqual([[two, other]]);
    expect(await leases.idsOn('1')).toEqual(new Set(['7']));
    expect(await leases.idsOn('2')).toEqual(new Set());
  });

  test.each([
    ['nothing', null],
    ['a text', 'text'],
    ['a Page ID that is a number', { ...RECORD, pageId: 1 }],
    ['a Page ID that is no ID', { ...RECORD, pageId: 'me' }],
    ['an ID that is a number', { ...RECORD, id: 7 }],
    ['an empty ID', { ...RECORD, id: '' }],
    ['an ID that is a path', { ...RECORD, id: '../me/feed' }],
    ['no ID', { ...RECORD, id: undefined }],
    ['no name', { ...RECORD, name: undefined }],
    ['an empty name', { ...RECORD, name: '' }],
    ['no picture', { ...RECORD, profilePictureUrl: undefined }],
    ['a picture that is no text', { ...RECORD, profilePictureUrl: {} }],
    ['an end that is a text', { ...RECORD, expiresAt: '1' }],
    ['an end that is no number', { ...RECORD, expiresAt: NaN }],
    ['no end', { ...RECORD, expiresAt: Infinity }],
  ])('are none with %s, which is told once', async (_what, bad) => {
    const { leases, store, broken } = open();
    const key = leaseKey();
    await store.set(leaseKey(), bad);
    await store.set(key, RECORD);
    expect(await leases.records()).toEqual([[key, RECORD]]);
    expect(await leases.records()).toEqual([[key, RECORD]]);
    expect(broken.mock.calls).toEqual([[expect.any(PersonaStoreError)]]);
  });

  test('run out after their time, not at it', () => {
    const { leases } = open();
    const at = (expiresAt: number): ['lease:a', typeof RECORD] => [
      'lease:a',
      { ...RECORD, expiresAt },
    ];
    expect(leases.ranOut([at(999_999)])).toHaveLength(1);
    expect(leases.ranOut([at(1_000_000)])).toEqual([]);
    expect(leases.ranOut([at(1_000_001)])).toEqual([]);
  });

  test('of this process do not run out while it keeps them up', async () => {
    const { leases } = open();
    const lease = await leases.open(page, GUEST);
    const old = { ...RECORD, expiresAt: 0 };
    expect(leases.ranOut([[lease.key, old]])).toEqual([]);
    lease.abandon();
    expect(leases.ranOut([[lease.key, old]])).toHaveLength(1);
  });

  test('are not needed for the IDs of this process', async () => {
    const iterator = () => {
      throw new Error('away');
    };
    const { leases } = open(Object.assign(new MemoryStore(), { iterator }));
    const lease = await leases.open(page, GUEST);
    expect(await leases.idsOn('1')).toEqual(new Set());
    await lease.complete('7');
    expect(await leases.idsOn('1')).toEqual(new Set(['7']));
  });
});

describe('a lease', () => {
  const stored = async (leases: Leases) => (await leases.records())[0]?.[1];

  test('is an intent, then complete, then gone', async () => {
    const { leases, report } = open();
    const lease = await leases.open(page, GUEST);
    expect(lease.key).toMatch(/^lease:[\da-f-]{36}$/);
    const record = { pageId: '1', id: null, ...GUEST };
    const expiresAt = 1_000_000 + LEASE_MS;
    expect(await stored(leases)).toEqual({ ...record, expiresAt });
    await lease.complete('7');
    expect(await stored(leases)).toEqual({ ...record, id: '7', expiresAt });
    await lease.end();
    expect(await leases.records()).toEqual([]);
    expect(report).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is renewed three times in its length, until the last one is abandoned', async () => {
    const { leases } = open();
    const [one, two] = [
      await leases.open(page, GUEST),
      await leases.open(page, GUEST),
    ];
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    const renewed = 1_000_000 + LEASE_MS / 3 + LEASE_MS;
    expect(
      (await leases.records()).map(([, { expiresAt }]) => expiresAt),
    ).toEqual([renewed, renewed]);

    one.abandon();
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    const still = renewed + LEASE_MS / 3;
    expect(
      (await leases.records()).map(([, { expiresAt }]) => expiresAt),
    ).toEqual([renewed, still]);

    two.abandon();
    expect(jest.getTimerCount()).toBe(0);
    const next = await leases.open(page, GUEST);
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    expect((await leases.records()).at(-1)?.[0]).toBe(next.key);
    expect((await leases.records()).at(-1)?.[1].expiresAt).toBe(
      Date.now() + LEASE_MS,
    );
    next.abandon();
  });

  test('that cannot be written is told once, and again when that was mended', async () => {
    const store = new Flaky();
    const { leases, report } = open(store);
    store.isAway = true;
    const lease = await leases.open(page, GUEST);
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
    expect(store.writes).toBe(6);
    lease.abandon();
  });

  test('whose write hangs is not written once more for each renewal', async () => {
    let writes = 0;
    const set = () => {
      writes += 1;
      return new Promise<true>(() => {});
    };
    const { leases } = open(Object.assign(new MemoryStore(), { set }));
    const opening = leases.open(page, GUEST);
    await jest.advanceTimersByTimeAsync(4 * 60_000);
    const lease = await opening;
    // One that is waited for, and then at most one in four seconds.
    expect(writes).toBeLessThan(70);
    expect(writes).toBeGreaterThan(50);
    lease.abandon();
  });

  test('that cannot be removed is told, about no single persona', async () => {
    const store = Object.assign(new MemoryStore(), {
      delete: () => Promise.reject(new Error('away')),
    });
    const { leases, report } = open(store);
    await (await leases.open(page, GUEST)).end();
    expect(report.mock.calls).toEqual([[expect.any(PersonaStoreError), null]]);
  });
});
