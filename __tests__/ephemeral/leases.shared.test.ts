import { PersonaStoreError } from 'bottender-persona';

import type { Lease } from '../../src/ephemeral/lease';
import { Leases } from '../../src/ephemeral/leases';
import type { Page } from '../../src/graph/page';
import { MemoryStore } from '../../src/store/memory';
import type { Use } from '../../src/store/port';
import { startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';
import { profile } from '../support/personas';
import { nameOn, settleName } from '../support/stores';

const LEASE_MS = 3000;
const RENEWAL_MS = LEASE_MS / 3;
const GUEST = profile('Guest');
const SLOT = 'fly:guest';

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

/** A store that several processes share, and that is away while a test says so. */
class SharedStore extends MemoryStore {
  isAway = false;
  readonly steps: string[] = [];

  /** As a Redis that was restarted without a file. */
  lose(): void {
    Reflect.set(this, 'pages', new Map());
    Reflect.set(this, 'epoch', 'another');
  }

  private step<T>(name: string, run: () => Promise<T>): Promise<T> {
    this.steps.push(name);
    return this.isAway
      ? Promise.reject(new PersonaStoreError('reach', 'away'))
      : run();
  }
  override acquire(...given: Parameters<MemoryStore['acquire']>) {
    return this.step('acquire', () => super.acquire(...given));
  }
  override renew(
    uses: readonly Use[],
    terms: Parameters<MemoryStore['renew']>[1],
  ) {
    return this.step(`renew ${uses.length}`, () => super.renew(uses, terms));
  }
  override release(...given: Parameters<MemoryStore['release']>) {
    return this.step('release', () => super.release(...given));
  }
  override forget(...given: Parameters<MemoryStore['forget']>) {
    return this.step('forget', () => super.forget(...given));
  }
  override settle(...given: Parameters<MemoryStore['settle']>) {
    return this.step('settle', () => super.settle(...given));
  }
  override requeue(...given: Parameters<MemoryStore['requeue']>) {
    return this.step('requeue', () => super.requeue(...given));
  }
}

/** What two processes on one store have. */
function open() {
  const store = new SharedStore();
  const report = jest.fn();
  const mine = new Leases(store, LEASE_MS, report);
  const theirs = new Leases(store, LEASE_MS, jest.fn());
  return { store, report, mine, theirs };
}

async function take(leases: Leases): Promise<Lease> {
  const lease = await leases.acquire(page, GUEST, SLOT);
  if (!lease) throw new Error('another process makes it');
  return lease;
}

/** A persona that both processes use. */
async function shared() {
  const opened = open();
  const one = await take(opened.mine);
  await one.complete('7');
  const two = await take(opened.theirs);
  return { ...opened, one, two };
}

const expiredOn = (leases: Leases) => leases.expired([page]);

const stored = async (leases: Leases) =>
  (await leases.on(page)).map(([, record]) => record);

describe('a persona that two processes want', () => {
  test('is waited for while one process creates it, then shared under the same key', async () => {
    const { mine, theirs } = open();
    const one = await take(mine);
    expect(await theirs.acquire(page, GUEST, SLOT)).toBeUndefined();
    expect(theirs.isNoneHeld).toBe(true);
    await one.complete('7');
    const two = await take(theirs);
    expect(two.key).toBe(one.key);
    expect(two.record).toEqual({ pageId: '1', id: '7', ...GUEST });
    expect(two.isShared).toBe(true);
    expect(await stored(mine)).toHaveLength(1);
  });

  test('is claimed by its creator until it has been created', async () => {
    const { mine, theirs, store } = open();
    const one = await take(mine);
    await jest.advanceTimersByTimeAsync(10 * LEASE_MS);
    expect(await theirs.acquire(page, GUEST, SLOT)).toBeUndefined();
    // Twice a second, and the intent alone.
    const renewals = store.steps.filter((step) => step === 'renew 1').length;
    expect(renewals).toBeGreaterThanOrEqual(58);
    expect(renewals).toBeLessThanOrEqual(61);
    expect(store.steps).not.toContain('renew 0');

    mine.unclaim(one);
    const steps = store.steps.length;
    await jest.advanceTimersByTimeAsync(2 * RENEWAL_MS);
    expect(store.steps.slice(steps)).toEqual([]);
    expect(mine.held()).toContain(one);
    const two = await take(theirs);
    expect(two.key).not.toBe(one.key);
    one.abandon();
    two.abandon();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('stays claimed if the claim could not be ended', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    store.isAway = true;
    mine.unclaim(one);
    await jest.advanceTimersByTimeAsync(0);
    expect(one.keepsClaim).toBe(false);
    one.abandon();
  });

  test('loses its claim when it is created, or released', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    await one.complete('7');
    mine.unclaim(one);
    one.abandon();
    mine.unclaim(one);
    const two = await take(mine);
    two.abandon();
    mine.unclaim(two);
    expect(store.steps).not.toContain('release');
    expect([one.keepsClaim, two.keepsClaim]).toEqual([true, true]);
  });
});

describe('a release', () => {
  test('ends the use, and tells the last one to delete', async () => {
    const { mine, theirs, one, two, report } = await shared();
    const whenLast = jest.fn();
    expect(await mine.release(one, whenLast)).toBe(false);
    expect(mine.isNoneHeld).toBe(true);
    expect(await theirs.release(two, whenLast)).toBe(true);
    expect(theirs.held()).toContain(two);
    expect(await stored(theirs)).toHaveLength(1);
    await two.remove();
    expect(await stored(theirs)).toEqual([]);
    expect(whenLast).not.toHaveBeenCalled();
    expect(report).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('of a lease that was never stored needs no answer', async () => {
    const { mine, store } = open();
    store.isAway = true;
    const lease = await take(mine);
    expect(lease).toMatchObject({ isShared: false, isUnwritten: true });
    expect(await mine.release(lease, jest.fn())).toBe(true);
    expect(store.steps).toEqual(['acquire']);
    lease.abandon();
  });

  test('while the store is away is reported once, and done when it is back', async () => {
    const { mine, theirs, one, two, store, report } = await shared();
    await theirs.release(two, jest.fn());
    const whenLast = jest.fn();
    store.isAway = true;
    expect(await mine.release(one, whenLast)).toBe(false);
    const steps = store.steps.length;
    await jest.advanceTimersByTimeAsync(2 * RENEWAL_MS);
    // Given back again at each renewal, and not renewed.
    expect(store.steps.slice(steps)).toEqual(['release', 'release']);
    expect(report.mock.calls).toEqual([
      [expect.any(PersonaStoreError), { id: '7', ...GUEST }],
    ]);
    expect(whenLast).not.toHaveBeenCalled();
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(whenLast).toHaveBeenCalledTimes(1);
    expect(mine.held()).toContain(one);
    await jest.advanceTimersByTimeAsync(3 * RENEWAL_MS);
    expect(whenLast).toHaveBeenCalledTimes(1);
    one.abandon();
  });

  test('that is done late leads to no deletion if others use the persona by then', async () => {
    const { mine, one, two, store } = await shared();
    const whenLast = jest.fn();
    store.isAway = true;
    await mine.release(one, whenLast);
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(whenLast).not.toHaveBeenCalled();
    expect(mine.isNoneHeld).toBe(true);
    two.abandon();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is not tried any further once the lease is abandoned', async () => {
    const { mine, one, two, store } = await shared();
    store.isAway = true;
    await mine.release(one, jest.fn());
    const other = await take(mine);
    one.abandon();
    const steps = store.steps.length;
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(store.steps.slice(steps)).not.toContain('release');
    other.abandon();
    two.abandon();
  });
});

describe('a fault that the model search found', () => {
  test('a use whose release has no answer yet is not renewed, so that another one can be the last', async () => {
    const { mine, theirs, one, two, store } = await shared();
    const [carriedOut, mayAnswer] = [gate(), gate()];
    const release = store.release.bind(store);
    jest.spyOn(store, 'release').mockImplementationOnce(async (...given) => {
      const released = await release(...given);
      carriedOut.open();
      await mayAnswer.opened;
      return released;
    });
    const releasing = mine.release(one, jest.fn());
    await carriedOut.opened;
    await jest.advanceTimersByTimeAsync(2 * RENEWAL_MS);
    mayAnswer.open();
    expect(await releasing).toBe(false);
    expect(await theirs.release(two, jest.fn())).toBe(true);
    two.abandon();
  });

  test('a renewal that arrives after the release is refused, so that another use can be the last', async () => {
    const { mine, theirs, one, two, store } = await shared();
    const arrives = gate();
    const renew = store.renew.bind(store);
    jest.spyOn(store, 'renew').mockImplementation(async (uses, options) => {
      if (uses.some(({ use }) => use === one.use)) await arrives.opened;
      return renew(uses, options);
    });
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(await mine.release(one, jest.fn())).toBe(false);
    arrives.open();
    await jest.advanceTimersByTimeAsync(0);
    expect(await theirs.release(two, jest.fn())).toBe(true);
    two.abandon();
  });

  test('after data is lost twice within a lease, the user of the persona still deletes it', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    await one.complete('7');
    const whenLast = jest.fn();
    store.lose();
    expect(await mine.release(one, whenLast)).toBe(false);
    store.lose();
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(await stored(mine)).toHaveLength(1);
    expect(whenLast).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(2 * LEASE_MS);
    expect(whenLast).toHaveBeenCalledTimes(1);
    expect(mine.held()).toContain(one);
    one.abandon();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('after a loss of data, no process deletes a persona that another one uses', async () => {
    const { mine, theirs, one, two, store } = await shared();
    const whenLast = jest.fn();
    store.lose();
    await one.complete('7');
    expect(await mine.release(one, whenLast)).toBe(false);
    await jest.advanceTimersByTimeAsync(2 * LEASE_MS);
    expect(whenLast).not.toHaveBeenCalled();
    expect(mine.isNoneHeld).toBe(true);
    expect(await theirs.release(two, jest.fn())).toBe(true);
    two.abandon();
  });

  test('close() leaves a persona to the sweep if the store had lost its lease', async () => {
    const { mine, store } = open();
    const [one, two] = [
      await take(mine),
      await mine.acquire(page, GUEST, 'fly:two'),
    ];
    await one.complete('7');
    await two?.complete('8');
    store.lose();
    expect(await mine.release(one, jest.fn())).toBe(false);
    mine.close();
    expect(mine.held()).toEqual([two]);
    if (two) expect(await mine.release(two, jest.fn())).toBe(false);
    expect(mine.isNoneHeld).toBe(true);
    expect(await stored(mine)).toHaveLength(2);
  });
});

describe('an intent that is left behind', () => {
  test('stays for the sweep, and the next process may create', async () => {
    const { mine, theirs } = open();
    const one = await take(mine);
    await mine.leave(one);
    expect(mine.isNoneHeld).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    expect(await stored(mine)).toEqual([
      {
        pageId: '1',
        id: null,
        ...GUEST,
        expiresAt: performance.now() + LEASE_MS,
      },
    ]);
    const two = await take(theirs);
    two.abandon();
  });

  test('is removed when the store is back', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    store.isAway = true;
    await mine.leave(one);
    expect(mine.held()).toContain(one);
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(mine.held()).not.toContain(one);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is removed at once if only this process knows it', async () => {
    const { mine, store } = open();
    store.isAway = true;
    const one = await take(mine);
    await mine.leave(one);
    expect(mine.held()).not.toContain(one);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('settling a name', () => {
  const ADAM = { ...profile('Adam'), id: '7' };

  async function takeName(leases: Leases, name = 'adam'): Promise<Lease> {
    const lease = await leases.acquire(page, ADAM, `name:${name}`);
    if (!lease) throw new Error('another process makes it');
    return lease;
  }

  test('records the ID and ends the intent', async () => {
    const { mine, store, report } = open();
    const lease = await takeName(mine);
    const onOther = jest.fn();
    expect(await mine.settle(lease, ADAM, onOther)).toBe('7');
    expect(await nameOn(store, '1', 'adam')).toEqual(ADAM);
    expect(await stored(mine)).toEqual([]);
    expect(mine.held()).not.toContain(lease);
    expect(onOther).not.toHaveBeenCalled();
    expect(report).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that another process has settled keeps the intent of the surplus persona', async () => {
    const { mine, store } = open();
    const lease = await takeName(mine);
    await settleName(store, '1', 'adam', ADAM);
    const onOther = jest.fn();
    const surplus = { ...ADAM, id: '8' };
    expect(await mine.settle(lease, surplus, onOther)).toBe('7');
    expect(onOther.mock.calls).toEqual([['7']]);
    expect(mine.held()).toContain(lease);
    expect(await stored(mine)).toEqual([expect.objectContaining({ id: null })]);
    lease.abandon();
  });

  test('while the store is away is reported, and done when it is back', async () => {
    const { mine, store, report } = open();
    const lease = await takeName(mine);
    const eve = await takeName(mine, 'eve');
    store.isAway = true;
    expect(await mine.settle(lease, ADAM, jest.fn())).toBe('7');
    expect(mine.held()).not.toContain(lease);
    await mine.settle(eve, { ...ADAM, id: '8' }, jest.fn());
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(report.mock.calls).toEqual([
      [expect.any(PersonaStoreError), null],
      [expect.any(PersonaStoreError), null],
    ]);
    expect(await store.namesOn('1')).toEqual(new Map());
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect([...(await store.namesOn('1')).keys()]).toEqual(['adam', 'eve']);
    // The intent has ended with it.
    expect(await stored(mine)).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is not reported again if the intent could not be written either', async () => {
    const { mine, store, report } = open();
    store.isAway = true;
    const lease = await takeName(mine);
    await mine.settle(lease, ADAM, jest.fn());
    expect(report).toHaveBeenCalledTimes(1);
    expect(mine.isNoneHeld).toBe(true);
  });
});

describe('a record that could not be written', () => {
  test('is removed when the store is back, which ends its renewals', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    store.isAway = true;
    await one.remove();
    expect(mine.isNoneHeld).toBe(true);
    await jest.advanceTimersByTimeAsync(2 * RENEWAL_MS);
    expect(await stored(mine)).toHaveLength(1);
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(await stored(mine)).toEqual([]);
    expect(store.steps.filter((step) => step === 'forget')).toHaveLength(4);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('does not end the renewals of other leases', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    const other = await mine.acquire(page, profile('Other'), 'fly:other');
    await other?.complete('8');
    store.isAway = true;
    await one.remove();
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(2 * LEASE_MS);
    expect(await expiredOn(mine)).toEqual([]);
    expect((await stored(mine))[0]?.expiresAt).toBeGreaterThan(
      performance.now(),
    );
    other?.abandon();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('affects no other lease', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    const other = await mine.acquire(page, profile('Other'), 'fly:other');
    store.isAway = true;
    await one.remove();
    await other?.remove();
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(RENEWAL_MS);
    expect(await stored(mine)).toEqual([]);
  });

  test('because the write hangs is not written once more for each renewal', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    await one.complete('7');
    const hangs = jest
      .spyOn(store, 'renew')
      .mockReturnValue(new Promise(() => {}));
    const other = await mine.acquire(page, profile('Other'), 'fly:other');
    await jest.advanceTimersByTimeAsync(4 * RENEWAL_MS);
    // Once each: of what is whole, and of the claim.
    expect(hangs.mock.calls.map(([uses]) => uses)).toEqual([[other], [one]]);
    one.abandon();
    other?.abandon();
  });

  test('does not delay a sweep', async () => {
    const { mine, store } = open();
    const one = await take(mine);
    store.isAway = true;
    const entry = { ...one.record, expiresAt: 0 };
    await expect(mine.requeue([one.key, entry])).resolves.toBeUndefined();
    one.abandon();
  });
});

test('a sweep claims expired leases, and can requeue them', async () => {
  const { mine, theirs, one, two } = await shared();
  one.abandon();
  two.abandon();
  jest.advanceTimersByTime(2 * LEASE_MS);
  const [entry] = await expiredOn(mine);
  if (!entry) throw new Error('nothing has run out');
  expect(await mine.claimExpired(entry)).toBe(true);
  expect(await theirs.claimExpired(entry)).toBe(false);
  expect(await expiredOn(theirs)).toEqual([]);
  await mine.requeue(entry);
  expect(await expiredOn(theirs)).toHaveLength(1);
});

test('a caller waits until the last lease is abandoned', async () => {
  const { mine } = open();
  const one = await take(mine);
  const two = await mine.acquire(page, profile('Other'), 'fly:other');
  let isOver = false;
  const waiting = mine.noneHeld().then(() => (isOver = true));
  one.abandon();
  one.abandon();
  await jest.advanceTimersByTimeAsync(0);
  expect(isOver).toBe(false);
  two?.abandon();
  await waiting;
  await mine.noneHeld();
});
