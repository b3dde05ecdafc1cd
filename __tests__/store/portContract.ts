import { randomUUID } from 'node:crypto';

import {
  EXPIRED_AT_ONCE,
  type LeaseEntry,
  type StorePort,
  type Use,
} from '../../src/store/port';
import { profile } from '../support/personas';
import { forgetName, nameOn, settleName } from '../support/stores';

export const OPTIONS = { leaseMs: 60_000, claimMs: 3000 };
export const RELEASE = { ...OPTIONS, fence: false };
export const ADAM = { ...profile('Adam'), id: '7' };

/** A use of one process, of a Page that no other test has. */
export function useOf(pageId: string, slot = 'fly:guest', name = 'Guest'): Use {
  return {
    key: randomUUID(),
    use: randomUUID(),
    slot,
    record: { pageId, id: null, ...profile(name) },
  };
}

export const withId = (use: Use, id: string): Use => ({
  ...use,
  record: { ...use.record, id },
});
const joined = (use: Use, key: string, id: string): Use => ({
  ...withId(use, id),
  key,
});

let lastPage = 100;
export const newPage = () => String((lastPage += 1));

/** The use of a persona on the Page whose lease has run out. */
async function expiredOn(port: StorePort, page: string): Promise<Use> {
  const one = useOf(page);
  const short = { leaseMs: 1, claimMs: 1 };
  await port.acquire(one, short);
  await port.renew([withId(one, '7')], short);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return one;
}

/** What a fleet relies on: it holds of the memory and of Redis alike. */
export function itKeepsWhatAFleetReliesOn(open: () => StorePort): void {
  async function made(port: StorePort, pageId: string): Promise<Use> {
    const use = useOf(pageId);
    await port.acquire(use, OPTIONS);
    const whole = withId(use, '7');
    await port.renew([whole], OPTIONS);
    return whole;
  }

  /** A persona that two use. */
  async function madeForTwo(port: StorePort, pageId: string) {
    const first = await made(port, pageId);
    const use = useOf(pageId);
    await port.acquire(use, OPTIONS);
    return [first, joined(use, first.key, '7')] as const;
  }

  test('one process creates a persona, and the others wait and then share it', async () => {
    const port = open();
    const page = newPage();
    const [one, two, three] = [useOf(page), useOf(page), useOf(page)];
    expect(await port.acquire(one, OPTIONS)).toMatchObject({
      as: 'creator',
    });
    expect(await port.acquire(two, OPTIONS)).toEqual({
      as: 'waiting',
      name: 'Guest',
    });
    await port.renew([withId(one, '7')], OPTIONS);
    expect(await port.acquire(three, OPTIONS)).toEqual({
      as: 'user',
      key: one.key,
      id: '7',
      name: 'Guest',
    });
    // Another Page's is another persona.
    expect(await port.acquire(useOf(newPage()), OPTIONS)).toMatchObject({
      as: 'creator',
    });
  });

  test('of many at once, one creates a persona', async () => {
    const port = open();
    const page = newPage();
    const acquired = await Promise.all(
      Array.from({ length: 20 }, () => port.acquire(useOf(page), OPTIONS)),
    );
    const creators = acquired.filter(({ as }) => as === 'creator');
    expect(creators).toHaveLength(1);
  });

  test('the last one to release it deletes it, even if the release arrives twice', async () => {
    const port = open();
    const page = newPage();
    const [one, second] = await madeForTwo(port, page);
    expect(await port.release(one, RELEASE)).toBe('others');
    expect(await port.release(second, RELEASE)).toBe('last');
    expect(await port.release(second, RELEASE)).toBe('last');
    // Nobody takes up what is being deleted.
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'creator',
    });
    await port.forget(page, one.key);
    const left = await port.leasesOn(page);
    expect(left.map(([, { id }]) => id)).toEqual([null]);
  });

  test('a repeated late release does not end a later use', async () => {
    const port = open();
    const page = newPage();
    const [one, second] = await madeForTwo(port, page);
    const again = useOf(page);
    await port.release(one, RELEASE);
    await port.acquire(again, OPTIONS);
    await port.release(one, RELEASE);
    expect(await port.release(second, RELEASE)).toBe('others');
  });

  test('another process takes over when the creator’s claim has expired', async () => {
    const port = open();
    const page = newPage();
    await port.acquire(useOf(page), { ...OPTIONS, claimMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const next = useOf(page);
    expect(await port.acquire(next, OPTIONS)).toMatchObject({
      as: 'creator',
    });
    // The first intent stays for the sweep.
    expect(await port.leasesOn(page)).toHaveLength(2);
  });

  test('a released intent is taken over at once', async () => {
    const port = open();
    const page = newPage();
    const one = useOf(page);
    await port.acquire(one, OPTIONS);
    expect(await port.release(one, RELEASE)).toBe('others');
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'creator',
    });
  });

  test('an expired lease is found, claimed once, and then not shared any more', async () => {
    const port = open();
    const page = newPage();
    const one = await expiredOn(port, page);
    const expired = await port.expired([page, newPage()]);
    const [entry] = expired;
    expect(expired).toEqual([
      [one.key, expect.objectContaining({ id: '7', name: 'Guest' })],
    ]);
    if (!entry) throw new Error('nothing has run out');
    expect(await port.claimExpired(entry, OPTIONS)).toBe(true);
    expect(await port.claimExpired(entry, OPTIONS)).toBe(false);
    expect(await port.expired([page])).toEqual([]);
    // The process that was stopped wakes, and keeps it up no more.
    await port.renew([withId(one, '7')], OPTIONS);
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'creator',
    });
    await port.requeue(entry);
    expect(await port.expired([page])).toHaveLength(1);
    await port.forget(page, one.key);
    expect(await port.expired([page])).toEqual([]);
  });

  test('of expired leases the oldest is found first', async () => {
    const port = open();
    const page = newPage();
    const lasting = async (slot: string, leaseMs: number) => {
      const use = withId(useOf(page, slot), '7');
      await port.renew([use], { leaseMs, claimMs: leaseMs });
      return use.key;
    };
    // Long, because the second renewal may take its time.
    const second = await lasting('fly:2', 300);
    const first = await lasting('fly:1', 1);
    await new Promise((resolve) => setTimeout(resolve, 310));
    const expired = await port.expired([page]);
    expect(expired.map(([key]) => key)).toEqual([first, second]);
  });

  test('a persona that was deleted is not shared, whatever arrives late', async () => {
    const port = open();
    const page = newPage();
    const one = await made(port, page);
    await port.release(one, RELEASE);
    await port.forget(page, one.key);
    await port.renew([one], OPTIONS);
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'creator',
    });
  });

  test('a lease that was used again meanwhile is not claimed', async () => {
    const port = open();
    const page = newPage();
    await expiredOn(port, page);
    const [entry] = await port.expired([page]);
    if (!entry) throw new Error('nothing has run out');
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'user',
    });
    expect(await port.claimExpired(entry, OPTIONS)).toBe(false);
  });

  test('a lease that the store has lost is written again by its user, and not shared any more', async () => {
    const port = open();
    const page = newPage();
    const lost = withId(useOf(page), '7');
    await port.renew([lost], OPTIONS);
    const leases = await port.leasesOn(page);
    expect(leases).toEqual([
      [lost.key, expect.objectContaining({ id: '7', pageId: page })],
    ]);
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'creator',
    });
  });

  test('the first process that settles a name keeps it; a later one has a surplus persona', async () => {
    const port = open();
    const page = newPage();
    const one = useOf(page, 'name:adam', 'Adam');
    const two = useOf(page, 'name:adam', 'Adam');
    await port.acquire(one, { ...OPTIONS, claimMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await port.acquire(two, OPTIONS);
    const settled = { pageId: page, slot: 'name:adam' };
    const theirs = { ...settled, record: ADAM, key: two.key };
    expect(await port.settle(theirs)).toBe('7');
    const late = { ...ADAM, id: '8' };
    const mine = { ...settled, record: late, key: one.key };
    expect(await port.settle(mine)).toBe('7');
    expect(await nameOn(port, page, 'adam')).toEqual(ADAM);
    const three = useOf(page, 'name:adam', 'Adam');
    expect(await port.acquire(three, OPTIONS)).toMatchObject({
      as: 'user',
      id: '7',
      name: 'Adam',
    });
    // The intent of the surplus persona stays, until its creator has deleted that.
    const surplus = withId(one, '8');
    expect(await port.leasesOn(page)).toEqual([
      [one.key, expect.objectContaining({ id: null })],
    ]);
    expect(await port.release(surplus, RELEASE)).toBe('last');
    expect(await port.leasesOn(page)).toEqual([
      [one.key, expect.objectContaining({ id: '8' })],
    ]);
    // The same again is no fault, and changes nothing.
    expect(await port.settle(theirs)).toBe('7');
    expect(await nameOn(port, page, 'adam')).toEqual(ADAM);
  });

  test('the lease of a name does not end, whatever arrives late', async () => {
    const port = open();
    const page = newPage();
    const short = { leaseMs: 1, claimMs: 1 };
    const one = useOf(page, 'name:adam', 'Adam');
    await port.acquire(one, short);
    // Also where the store has lost the intent.
    await port.forget(page, one.key);
    const settled = { pageId: page, slot: one.slot, key: one.key };
    expect(await port.settle({ ...settled, record: ADAM })).toBe('7');
    await port.renew([one], short);
    await port.acquire(one, short);
    await port.release(one, { ...RELEASE, ...short });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const expired = await port.expired([page]);
    expect(expired.filter(([, { id }]) => id !== null)).toEqual([]);
    const { key = '' } = (await port.namesOn(page, ['adam'])).get('adam') ?? {};
    const entry: LeaseEntry = [key, { ...one.record, expiresAt: 1 }];
    expect(await port.claimExpired(entry, OPTIONS)).toBe(false);
    const next = useOf(page, 'name:adam', 'Adam');
    const user = { as: 'user', id: '7', name: 'Adam' };
    expect(await port.acquire(next, OPTIONS)).toMatchObject(user);
  });

  test('the lease of a name is removed by its key, which changes the epoch', async () => {
    const port = open();
    const page = newPage();
    const epochOf = async (slot: string) => {
      const acquired = await port.acquire(useOf(page, slot), OPTIONS);
      return acquired.as === 'creator' && acquired.epoch;
    };
    const first = await epochOf('name:beth');
    await settleName(port, page, 'adam', ADAM);
    expect(await epochOf('name:chris')).toBe(first);
    await forgetName(port, page, 'adam');
    expect(await nameOn(port, page, 'adam')).toBeUndefined();
    const second = await epochOf('name:adam');
    expect(second).toEqual(expect.any(String));
    expect(second).not.toBe(first);
  });

  test('a name whose ID does not work is settled again', async () => {
    const port = open();
    const page = newPage();
    await settleName(port, page, 'adam', ADAM);
    const record = { ...ADAM, id: '8', replaces: ['7'] };
    const slot = 'name:adam';
    const settled = { pageId: page, slot, record, key: randomUUID() };
    expect(await port.settle(settled)).toBe('7');
    expect(await port.settle({ ...settled, replacedId: '7' })).toBe('8');
    expect([...(await port.namesOn(page, []))]).toEqual([
      ['adam', { ...record, key: expect.any(String) as string }],
    ]);
    // The same persona may be recorded in another way.
    const again = { ...settled, key: randomUUID() };
    const { replaces: _, ...without } = record;
    expect(await port.settle({ ...again, record: without })).toBe('8');
    expect(await nameOn(port, page, 'adam')).toEqual(without);
    await forgetName(port, page, 'adam');
    expect(await port.namesOn(page, [])).toEqual(new Map());
  });

  test('a process that acquires its slot again keeps its claim', async () => {
    const port = open();
    const page = newPage();
    const [one, two] = [useOf(page, 'sync', 'one'), useOf(page, 'sync', 'two')];
    expect(await port.acquire(one, OPTIONS)).toMatchObject({ as: 'creator' });
    const waiting = { as: 'waiting', name: 'one' };
    expect(await port.acquire(two, OPTIONS)).toEqual(waiting);
    // As a command that a client sends twice.
    expect(await port.acquire(one, OPTIONS)).toMatchObject({ as: 'creator' });
    expect(await port.acquire(two, OPTIONS)).toEqual(waiting);
    expect(await port.leasesOn(page)).toHaveLength(1);
    await port.forget(page, one.key);
    expect(await port.acquire(two, { ...OPTIONS, claimMs: 1 })).toMatchObject({
      as: 'creator',
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await port.acquire(one, OPTIONS)).toMatchObject({ as: 'creator' });
    expect(await port.acquire(two, OPTIONS)).toEqual(waiting);
  });

  test('a late acquisition does not change the lease of its persona', async () => {
    const port = open();
    const page = newPage();
    const one = await made(port, page);
    expect(await port.release(one, RELEASE)).toBe('last');
    expect(await port.acquire(one, OPTIONS)).toEqual({
      as: 'waiting',
      name: 'Guest',
    });
    const leases = await port.leasesOn(page);
    expect(leases.map(([, { id }]) => id)).toEqual(['7']);
  });

  test('the epoch stays the same until a claim is taken over, or data is lost', async () => {
    const port = open();
    const page = newPage();
    const epoch = async (slot: string, options = OPTIONS, key?: string) => {
      const use = { ...useOf(page, slot), ...(key && { key }) };
      const acquired = await port.acquire(use, options);
      if (acquired.as !== 'creator') throw new Error('it is not the creator');
      return acquired.epoch;
    };
    const first = await epoch('name:adam');
    const key = randomUUID();
    expect(await epoch('name:beth', { ...OPTIONS, claimMs: 1 }, key)).toBe(
      first,
    );
    // The same use once more is no takeover.
    expect(await epoch('name:beth', { ...OPTIONS, claimMs: 1 }, key)).toBe(
      first,
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await epoch('name:beth');
    expect(second).not.toBe(first);
    expect(await epoch('name:chris')).toBe(second);
  });

  test('a renewal that arrives after a release with a fence is refused', async () => {
    const port = open();
    const page = newPage();
    const [one, second] = await madeForTwo(port, page);
    expect(await port.release(one, { ...RELEASE, fence: true })).toBe('others');
    await port.renew([one], OPTIONS);
    expect(await port.acquire({ ...one, key: 'late' }, OPTIONS)).toMatchObject({
      as: 'user',
    });
    expect(await port.release(second, RELEASE)).toBe('last');
  });

  test('a renewal that arrives after a release without a fence revives its use', async () => {
    const port = open();
    const page = newPage();
    const [one, second] = await madeForTwo(port, page);
    await port.release(one, RELEASE);
    await port.renew([one], OPTIONS);
    expect(await port.release(second, RELEASE)).toBe('others');
  });

  test('a late renewal of the intent keeps the ID', async () => {
    const port = open();
    const page = newPage();
    const one = useOf(page);
    await port.acquire(one, OPTIONS);
    await port.renew([withId(one, '7')], OPTIONS);
    await port.renew([one], OPTIONS);
    const leases = await port.leasesOn(page);
    expect(leases.map(([, { id }]) => id)).toEqual(['7']);
  });

  test('a release writes the ID if that has not arrived', async () => {
    const port = open();
    const page = newPage();
    const one = useOf(page);
    await port.acquire(one, OPTIONS);
    expect(await port.release(withId(one, '7'), RELEASE)).toBe('last');
    const leases = await port.leasesOn(page);
    expect(leases.map(([, { id }]) => id)).toEqual(['7']);
  });

  test('a lease that the store has lost is written by its release, which is repeated later', async () => {
    const port = open();
    const page = newPage();
    const [one, two] = [
      withId(useOf(page), '7'),
      { ...withId(useOf(page), '7') },
    ];
    const second = { ...two, key: one.key };
    expect(await port.release(one, RELEASE)).toBe('unknown');
    const leases = await port.leasesOn(page);
    expect(leases.map(([key, { id }]) => [key, id])).toEqual([[one.key, '7']]);
    // Others may not have renewed their leases yet.
    expect(await port.release(one, RELEASE)).toBe('unknown');
    await port.renew([second], OPTIONS);
    expect(await port.release(one, RELEASE)).toBe('others');
    expect(await port.release(second, RELEASE)).toBe('unknown');
    const short = { leaseMs: 1, claimMs: 1 };
    const third = withId(useOf(page), '8');
    await port.renew([third], short);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await port.release(third, RELEASE)).toBe('last');
    const intent = useOf(page);
    expect(await port.release(intent, RELEASE)).toBe('unknown');
    expect(await port.release(intent, RELEASE)).toBe('others');
  });
}

/** What a store has to do besides that processes share. */
export function itIsAtomicAndReadsInParts(open: () => StorePort): void {
  test('of many that settle a name at once, one is recorded', async () => {
    const port = open();
    const pageId = newPage();
    const ids = Array.from({ length: 20 }, (_, index) => String(index + 1));
    const settled = await Promise.all(
      ids.map((id) => {
        const record = { ...ADAM, id };
        const key = randomUUID();
        return port.settle({ pageId, slot: 'name:adam', record, key });
      }),
    );
    const [first, ...others] = new Set(settled);
    expect(others).toEqual([]);
    expect(await nameOn(port, pageId, 'adam')).toEqual({ ...ADAM, id: first });
  });

  test('expired leases are read in parts, the oldest first', async () => {
    const port = open();
    const page = newPage();
    const uses = Array.from({ length: 1200 }, (_, number) =>
      withId(useOf(page, `fly:${number}`), `${number}`),
    );
    await port.renew(uses, { leaseMs: 1, claimMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const found = new Set<string>();
    for (let since: number | undefined; ;) {
      const expired = await port.expired([page], since);
      const { size } = found;
      for (const [key] of expired) found.add(key);
      expect(expired.length).toBeLessThanOrEqual(EXPIRED_AT_ONCE);
      since = expired.at(-1)?.[1].expiresAt;
      if (found.size === size) break;
    }
    expect(found.size).toBe(uses.length);
  });
}
