import { randomUUID } from 'node:crypto';

import type { StorePort, Use } from '../../src/store/port';
import { profile } from './faces';

export const TERMS = { leaseMs: 60_000, claimMs: 3000 };
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
async function ranOutOn(port: StorePort, page: string): Promise<Use> {
  const one = useOf(page);
  const short = { leaseMs: 1, claimMs: 1 };
  await port.take(one, short);
  await port.keep([withId(one, '7')], short);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return one;
}

/** What a fleet relies on: it holds of the memory and of Redis alike. */
export function itKeepsWhatAFleetReliesOn(open: () => StorePort): void {
  async function made(port: StorePort, pageId: string): Promise<Use> {
    const use = useOf(pageId);
    await port.take(use, TERMS);
    const whole = withId(use, '7');
    await port.keep([whole], TERMS);
    return whole;
  }

  test('one process makes a persona, the others wait, then take it up', async () => {
    const port = open();
    const page = newPage();
    const [one, two, three] = [useOf(page), useOf(page), useOf(page)];
    expect(await port.take(one, TERMS)).toEqual({
      as: 'maker',
      tookOver: false,
    });
    expect(await port.take(two, TERMS)).toEqual({ as: 'waiting' });
    await port.keep([withId(one, '7')], TERMS);
    expect(await port.take(three, TERMS)).toEqual({
      as: 'user',
      key: one.key,
      id: '7',
    });
    // Another Page's is another persona.
    expect(await port.take(useOf(newPage()), TERMS)).toMatchObject({
      as: 'maker',
    });
  });

  test('the last one to give it back deletes it, also when it is asked twice', async () => {
    const port = open();
    const page = newPage();
    const one = await made(port, page);
    const two = useOf(page);
    await port.take(two, TERMS);
    const second = joined(two, one.key, '7');
    expect(await port.giveBack(one, TERMS)).toBe('others');
    expect(await port.giveBack(second, TERMS)).toBe('last');
    expect(await port.giveBack(second, TERMS)).toBe('last');
    // Nobody takes up what is being deleted.
    expect(await port.take(useOf(page), TERMS)).toMatchObject({ as: 'maker' });
    await port.forget(page, one.key);
    const left = await port.leasesOn(page);
    expect(left.map(([, { id }]) => id)).toEqual([null]);
  });

  test('giving back again late does not end a later use', async () => {
    const port = open();
    const page = newPage();
    const one = await made(port, page);
    const two = useOf(page);
    await port.take(two, TERMS);
    const again = useOf(page);
    await port.giveBack(one, TERMS);
    await port.take(again, TERMS);
    await port.giveBack(one, TERMS);
    expect(await port.giveBack(joined(two, one.key, '7'), TERMS)).toBe(
      'others',
    );
  });

  test('another takes over when the maker has not said for its time that it is at it', async () => {
    const port = open();
    const page = newPage();
    await port.take(useOf(page), { ...TERMS, claimMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const next = useOf(page);
    expect(await port.take(next, TERMS)).toEqual({
      as: 'maker',
      tookOver: true,
    });
    // The first intent stays for the sweep.
    expect(await port.leasesOn(page)).toHaveLength(2);
  });

  test('an intent that was given back is taken over at once', async () => {
    const port = open();
    const page = newPage();
    const one = useOf(page);
    await port.take(one, TERMS);
    expect(await port.giveBack(one, TERMS)).toBe('others');
    expect(await port.take(useOf(page), TERMS)).toEqual({
      as: 'maker',
      tookOver: true,
    });
  });

  test('what has run out is found, taken over once, and then not used again', async () => {
    const port = open();
    const page = newPage();
    const one = await ranOutOn(port, page);
    const ranOut = await port.ranOut([page, newPage()]);
    const [entry] = ranOut;
    expect(ranOut).toEqual([
      [one.key, expect.objectContaining({ id: '7', name: 'Guest' })],
    ]);
    if (!entry) throw new Error('nothing has run out');
    expect(await port.takeOver(entry, TERMS)).toBe(true);
    expect(await port.takeOver(entry, TERMS)).toBe(false);
    expect(await port.ranOut([page])).toEqual([]);
    // The process that was stopped wakes, and keeps it up no more.
    await port.keep([withId(one, '7')], TERMS);
    expect(await port.take(useOf(page), TERMS)).toMatchObject({ as: 'maker' });
    await port.putBack(entry);
    expect(await port.ranOut([page])).toHaveLength(1);
    await port.forget(page, one.key);
    expect(await port.ranOut([page])).toEqual([]);
  });

  test('what was used again meanwhile is not taken over', async () => {
    const port = open();
    const page = newPage();
    await ranOutOn(port, page);
    const [entry] = await port.ranOut([page]);
    if (!entry) throw new Error('nothing has run out');
    expect(await port.take(useOf(page), TERMS)).toMatchObject({ as: 'user' });
    expect(await port.takeOver(entry, TERMS)).toBe(false);
  });

  test('what the store has lost is written again by who uses it, and shared no more', async () => {
    const port = open();
    const page = newPage();
    const lost = withId(useOf(page), '7');
    await port.keep([lost], TERMS);
    const leases = await port.leasesOn(page);
    expect(leases).toEqual([
      [lost.key, expect.objectContaining({ id: '7', pageId: page })],
    ]);
    expect(await port.take(useOf(page), TERMS)).toMatchObject({ as: 'maker' });
  });

  test('the first who settles a name has it; whoever comes late has a persona too many', async () => {
    const port = open();
    const page = newPage();
    const one = useOf(page, 'name:adam', 'Adam');
    const two = useOf(page, 'name:adam', 'Adam');
    await port.take(one, { ...TERMS, claimMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await port.take(two, TERMS);
    const settled = { pageId: page, name: 'adam', seenId: undefined };
    const theirs = { ...settled, record: ADAM, key: two.key };
    expect(await port.settle(theirs, TERMS)).toEqual(ADAM);
    const late = { ...ADAM, id: '8' };
    expect(
      await port.settle({ ...settled, record: late, key: one.key }, TERMS),
    ).toEqual(ADAM);
    expect(await port.nameOn(page, 'adam')).toEqual(ADAM);
    // The persona too many has a lease, should its maker die before it deletes it.
    expect(await port.leasesOn(page)).toEqual([
      [one.key, expect.objectContaining({ id: '8' })],
    ]);
    // The same again is no fault, and changes nothing.
    expect(await port.settle(theirs, TERMS)).toEqual(ADAM);
  });

  test('a name whose ID was seen to be of no use is settled anew', async () => {
    const port = open();
    const page = newPage();
    await port.setName(page, 'adam', ADAM);
    const record = { ...ADAM, id: '8', replaces: ['7'] };
    const settled = { pageId: page, name: 'adam', record, key: undefined };
    expect(await port.settle({ ...settled, seenId: '7' }, TERMS)).toEqual(
      record,
    );
    expect(await port.namesOn(page)).toEqual(new Map([['adam', record]]));
    await port.deleteName(page, 'adam');
    expect(await port.nameOn(page, 'adam')).toBeUndefined();
    expect(await port.namesOn(page)).toEqual(new Map());
  });

  test('one at a time syncs a Page', async () => {
    const port = open();
    const page = newPage();
    const begun = Date.now();
    expect(await port.lock(page, 'a', 'process 1', 1000)).toBeUndefined();
    const held = await port.lock(page, 'b', 'process 2', 1000);
    expect(held?.holder).toBe('process 1');
    expect(Math.abs((held?.since ?? 0) - begun)).toBeLessThan(1000);
    // Renewed by who has it, who has it since then.
    expect(await port.lock(page, 'a', 'process 1', 1000)).toBeUndefined();
    expect(await port.lock(page, 'b', 'process 2', 1000)).toEqual(held);
    await port.unlock(page, 'b');
    expect(await port.lock(page, 'b', 'process 2', 1000)).toEqual(held);
    await port.unlock(page, 'a');
    expect(await port.lock(page, 'b', 'process 2', 1)).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await port.lock(page, 'c', 'process 3', 1000)).toBeUndefined();
  });
}
