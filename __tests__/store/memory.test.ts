import { MemoryStore } from '../../src/store/memory';
import {
  itIsAtomicAndReadsInParts,
  itKeepsWhatAFleetReliesOn,
  OPTIONS,
  RELEASE,
  useOf,
  withId,
} from './portContract';

describe('the memory store, shared by several runtimes', () => {
  itKeepsWhatAFleetReliesOn(() => new MemoryStore());
  itIsAtomicAndReadsInParts(() => new MemoryStore());
});

describe('the memory store', () => {
  const NOW = 1_000_000;
  const page = '1';
  const setTime = (ms: number) =>
    jest.spyOn(performance, 'now').mockReturnValue(ms);
  beforeEach(() => setTime(NOW));
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('a claim lasts to the millisecond', async () => {
    const port = new MemoryStore();
    await port.acquire(useOf(page), OPTIONS);
    setTime(NOW + OPTIONS.claimMs - 1);
    expect(await port.acquire(useOf(page), OPTIONS)).toEqual({
      as: 'waiting',
      name: 'Guest',
    });
    setTime(NOW + OPTIONS.claimMs);
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'creator',
    });
  });

  test('a renewal lasts as long as a claim, or as a lease', async () => {
    const port = new MemoryStore();
    const use = useOf(page);
    await port.renew([use], OPTIONS);
    await port.acquire(use, OPTIONS);
    setTime(NOW + 1000);
    await port.renew([use], OPTIONS);
    const [entry] = await port.leasesOn(page);
    expect(entry?.[1].expiresAt).toBe(NOW + 1000 + OPTIONS.leaseMs);
    setTime(NOW + 1000 + OPTIONS.claimMs);
    const next = useOf(page);
    expect(await port.acquire(next, OPTIONS)).toMatchObject({ as: 'creator' });
    await port.renew([withId(next, '7')], OPTIONS);
    setTime(NOW + 1000 + OPTIONS.claimMs + OPTIONS.leaseMs - 1);
    const other = useOf(page);
    expect(await port.acquire(other, OPTIONS)).toMatchObject({ as: 'user' });
    const second = { ...withId(other, '7'), key: next.key };
    expect(await port.release(second, RELEASE)).toBe('others');
  });

  test('an expired use does not prevent a deletion', async () => {
    const port = new MemoryStore();
    const one = useOf(page);
    await port.acquire(one, OPTIONS);
    await port.renew([withId(one, '7')], OPTIONS);
    setTime(NOW + 1000);
    const two = useOf(page);
    await port.acquire(two, OPTIONS);
    setTime(NOW + 1000 + OPTIONS.leaseMs);
    expect(await port.release(withId(one, '7'), RELEASE)).toBe('last');
    const [entry] = await port.leasesOn(page);
    expect(entry?.[1].expiresAt).toBe(NOW + 1000 + 2 * OPTIONS.leaseMs);
  });

  test('a fence lasts as long as a lease', async () => {
    const port = new MemoryStore();
    const one = withId(useOf(page), '7');
    const other = { ...withId(useOf(page), '7'), key: one.key };
    await port.renew([one, other], OPTIONS);
    await port.release(one, { ...RELEASE, fence: true });
    setTime(NOW + OPTIONS.leaseMs - 1);
    const third = { ...withId(useOf(page), '7'), key: one.key };
    await port.renew([other, third], OPTIONS);
    await port.release(third, RELEASE);
    await port.renew([one], OPTIONS);
    setTime(NOW + OPTIONS.leaseMs);
    await port.renew([third], OPTIONS);
    await port.release(third, RELEASE);
    await port.renew([one], OPTIONS);
    expect(await port.release(other, RELEASE)).toBe('others');
  });

  test('unknown leases can be forgotten and requeued without an effect', async () => {
    const port = new MemoryStore();
    await port.forget(page, 'nothing');
    await port.requeue(['nothing', { ...useOf(page).record, expiresAt: 1 }]);
    expect(await port.leasesOn(page)).toEqual([]);
  });

  test('leases that are gone, or have not expired, cannot be claimed', async () => {
    const port = new MemoryStore();
    const use = withId(useOf(page), '7');
    await port.renew([use], OPTIONS);
    const [entry] = await port.leasesOn(page);
    if (!entry) throw new Error('nothing is kept');
    setTime(NOW + OPTIONS.leaseMs);
    expect(await port.expired([page])).toEqual([]);
    expect(await port.claimExpired(entry, OPTIONS)).toBe(false);
    setTime(NOW + OPTIONS.leaseMs + 1);
    expect(await port.expired([page])).toEqual([entry]);
    await port.forget(page, use.key);
    expect(await port.claimExpired(entry, OPTIONS)).toBe(false);
  });

  test('only the process that deletes renews the lease', async () => {
    const port = new MemoryStore();
    const one = withId(useOf(page), '7');
    await port.acquire(one, OPTIONS);
    await port.renew([one], OPTIONS);
    const two = useOf(page);
    await port.acquire(two, OPTIONS);
    await port.release({ ...withId(two, '7'), key: one.key }, RELEASE);
    await port.release(one, RELEASE);
    const expiresAt = async () => (await port.leasesOn(page))[0]?.[1].expiresAt;
    setTime(NOW + 1000);
    await port.renew([{ ...withId(two, '7'), key: one.key }], OPTIONS);
    expect(await expiresAt()).toBe(NOW + OPTIONS.leaseMs);
    await port.renew([one], OPTIONS);
    expect(await expiresAt()).toBe(NOW + 1000 + OPTIONS.leaseMs);
  });

  test('the end of an earlier persona does not end the slot of a later one', async () => {
    const port = new MemoryStore();
    const one = useOf(page);
    await port.acquire(one, { ...OPTIONS, claimMs: 0 });
    const two = useOf(page);
    await port.acquire(two, OPTIONS);
    await port.renew([withId(two, '8')], OPTIONS);
    await port.forget(page, one.key);
    expect(await port.acquire(useOf(page), OPTIONS)).toMatchObject({
      as: 'user',
      id: '8',
    });
  });
});
