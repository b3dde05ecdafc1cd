import { MemoryStore } from '../../src/store/memory';
import {
  itKeepsWhatAFleetReliesOn,
  TERMS,
  useOf,
  withId,
} from '../support/sharedStore';

describe('the memory, for several runtimes', () => {
  itKeepsWhatAFleetReliesOn(() => new MemoryStore());
});

describe('in the memory', () => {
  const NOW = 1_000_000;
  const page = '1';
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('a claim lasts to the millisecond', async () => {
    const port = new MemoryStore();
    await port.take(useOf(page), TERMS);
    jest.setSystemTime(NOW + TERMS.claimMs - 1);
    expect(await port.take(useOf(page), TERMS)).toEqual({ as: 'waiting' });
    jest.setSystemTime(NOW + TERMS.claimMs);
    expect(await port.take(useOf(page), TERMS)).toMatchObject({ as: 'maker' });
  });

  test('a renewal lasts as long as what is renewed: a claim, or a lease', async () => {
    const port = new MemoryStore();
    const use = useOf(page);
    await port.keep([use], TERMS);
    await port.take(use, TERMS);
    jest.setSystemTime(NOW + 1000);
    await port.keep([use], TERMS);
    const [entry] = await port.leasesOn(page);
    expect(entry?.[1].expiresAt).toBe(NOW + 1000 + TERMS.leaseMs);
    jest.setSystemTime(NOW + 1000 + TERMS.claimMs);
    const next = useOf(page);
    expect(await port.take(next, TERMS)).toMatchObject({ as: 'maker' });
    await port.keep([withId(next, '7')], TERMS);
    jest.setSystemTime(NOW + 1000 + TERMS.claimMs + TERMS.leaseMs - 1);
    const other = useOf(page);
    expect(await port.take(other, TERMS)).toMatchObject({ as: 'user' });
    const second = { ...withId(other, '7'), key: next.key };
    expect(await port.giveBack(second, TERMS)).toBe('others');
  });

  test('a use that has run out keeps nobody from deleting', async () => {
    const port = new MemoryStore();
    const one = useOf(page);
    await port.take(one, TERMS);
    await port.keep([withId(one, '7')], TERMS);
    jest.setSystemTime(NOW + 1000);
    const two = useOf(page);
    await port.take(two, TERMS);
    jest.setSystemTime(NOW + 1000 + TERMS.leaseMs);
    expect(await port.giveBack(withId(one, '7'), TERMS)).toBe('last');
    const [entry] = await port.leasesOn(page);
    expect(entry?.[1].expiresAt).toBe(NOW + 1000 + 2 * TERMS.leaseMs);
  });

  test('what is unknown is given back to nobody', async () => {
    const port = new MemoryStore();
    expect(await port.giveBack(withId(useOf(page), '7'), TERMS)).toBe(
      'unknown',
    );
    await port.forget(page, 'nothing');
    await port.putBack(['nothing', { ...useOf(page).record, expiresAt: 1 }]);
    expect(await port.leasesOn(page)).toEqual([]);
  });

  test('what is gone is not taken over, nor what has not run out yet', async () => {
    const port = new MemoryStore();
    const use = withId(useOf(page), '7');
    await port.keep([use], TERMS);
    const [entry] = await port.leasesOn(page);
    if (!entry) throw new Error('nothing is kept');
    jest.setSystemTime(NOW + TERMS.leaseMs);
    expect(await port.ranOut([page])).toEqual([]);
    expect(await port.takeOver(entry, TERMS)).toBe(false);
    jest.setSystemTime(NOW + TERMS.leaseMs + 1);
    expect(await port.ranOut([page])).toEqual([entry]);
    await port.forget(page, use.key);
    expect(await port.takeOver(entry, TERMS)).toBe(false);
  });

  test('who deletes keeps the lease up, and nobody else', async () => {
    const port = new MemoryStore();
    const one = withId(useOf(page), '7');
    await port.take(one, TERMS);
    await port.keep([one], TERMS);
    const two = useOf(page);
    await port.take(two, TERMS);
    await port.giveBack({ ...withId(two, '7'), key: one.key }, TERMS);
    await port.giveBack(one, TERMS);
    const expiresAt = async () => (await port.leasesOn(page))[0]?.[1].expiresAt;
    jest.setSystemTime(NOW + 1000);
    await port.keep([{ ...withId(two, '7'), key: one.key }], TERMS);
    expect(await expiresAt()).toBe(NOW + TERMS.leaseMs);
    await port.keep([one], TERMS);
    expect(await expiresAt()).toBe(NOW + 1000 + TERMS.leaseMs);
  });

  test('the slot of a later persona outlives the end of an earlier one', async () => {
    const port = new MemoryStore();
    const one = useOf(page);
    await port.take(one, { ...TERMS, claimMs: 0 });
    const two = useOf(page);
    await port.take(two, TERMS);
    await port.keep([withId(two, '8')], TERMS);
    await port.forget(page, one.key);
    expect(await port.take(useOf(page), TERMS)).toMatchObject({
      as: 'user',
      id: '8',
    });
  });

  test('a lock lasts to the millisecond', async () => {
    const port = new MemoryStore();
    await port.lock(page, 'a', 'process 1', 1000);
    jest.setSystemTime(NOW + 999);
    expect(await port.lock(page, 'b', 'process 2', 1000)).toEqual({
      holder: 'process 1',
      since: NOW,
    });
    expect(await port.lock(page, 'a', 'process 1', 1)).toBeUndefined();
    jest.setSystemTime(NOW + 1000);
    expect(await port.lock(page, 'b', 'process 2', 1000)).toBeUndefined();
    expect(await port.lock(page, 'c', 'process 3', 1000)).toEqual({
      holder: 'process 2',
      since: NOW + 1000,
    });
    await port.unlock('2', 'a');
  });
});
