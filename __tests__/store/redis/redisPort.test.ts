import { randomUUID } from 'node:crypto';

import { MemoryStore } from '../../../src/store/memory';
import { openStore } from '../../../src/store/open';
import type { StorePort, Use } from '../../../src/store/port';
import { redisStore } from '../../../src/store/redis/redisStore';
import { profile } from '../../support/faces';
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../../support/redis';
import {
  connect,
  connect6,
  type Client,
  type Client6,
} from '../../support/redisClient';

const TERMS = { leaseMs: 60_000, claimMs: 3000 };
const ADAM = { ...profile('Adam'), id: '7' };

let redis: RedisServer;
let client: Client;
let client6: Client6;
beforeAll(async () => {
  redis = await startRedis();
  client = await connect(redis.url);
  client6 = await connect6(redis.url);
});
afterAll(async () => {
  client.destroy();
  client6.destroy();
  await redis.close();
});

/** A use of one process, of a Page that no other test has. */
function useOf(pageId: string, slot = 'fly:guest', name = 'Guest'): Use {
  return {
    key: randomUUID(),
    use: randomUUID(),
    slot,
    record: { pageId, id: null, ...profile(name) },
  };
}

const withId = (use: Use, id: string): Use => ({
  ...use,
  record: { ...use.record, id },
});
const joined = (use: Use, key: string, id: string): Use => ({
  ...withId(use, id),
  key,
});

let lastPage = 100;
const newPage = () => String((lastPage += 1));

/** What a fleet relies on holds of the memory and of Redis alike. */
describeWithRedis.each<[string, () => StorePort]>([
  ['memory', () => new MemoryStore()],
  ['Redis', () => openStore(redisStore(client), jest.fn())],
  [
    'Redis, with a client of version 6',
    () => openStore(redisStore(client6), jest.fn()),
  ],
])('by %s', (_what, open) => {
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
    const one = useOf(page);
    const short = { leaseMs: 1, claimMs: 1 };
    await port.take(one, short);
    await port.keep([withId(one, '7')], short);
    await new Promise((resolve) => setTimeout(resolve, 5));
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
    const one = useOf(page);
    const short = { leaseMs: 1, claimMs: 1 };
    await port.take(one, short);
    await port.keep([withId(one, '7')], short);
    await new Promise((resolve) => setTimeout(resolve, 5));
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
});

describeWithRedis('in Redis', () => {
  const KEPT_MS = 30 * 24 * 3600 * 1000;

  test('every key ends by itself, thirty days after what it is about', async () => {
    const port = openStore(redisStore(client, { prefix: 'ends' }), jest.fn());
    const page = newPage();
    const use = useOf(page);
    await port.take(use, TERMS);
    await port.keep([withId(use, '7')], TERMS);
    await port.take(useOf(page, 'name:adam', 'Adam'), TERMS);
    await port.setName(page, 'adam', ADAM);
    const keys = await client.keys('ends:*');
    expect(keys.length).toBeGreaterThanOrEqual(6);
    for (const key of keys) {
      const ms = await client.pTTL(key);
      expect(ms).toBeGreaterThan(KEPT_MS - 1000);
      expect(ms).toBeLessThanOrEqual(KEPT_MS + TERMS.leaseMs);
    }
    // A cluster would have them in one place.
    for (const key of keys) expect(key).toContain(`ends:{${page}}:`);
  });

  test('nothing of a token is kept', async () => {
    const port = openStore(redisStore(client, { prefix: 'safe' }), jest.fn());
    const page = newPage();
    const use = useOf(page);
    await port.take(use, TERMS);
    const key = `safe:{${page}}:lease:${use.key}`;
    expect(Object.keys(await client.hGetAll(key)).sort()).toEqual([
      'name',
      'picture',
      'slot',
      `use:${use.use}`,
    ]);
  });

  test('a value that is no record of ours costs only itself, and is told once', async () => {
    const onBroken = jest.fn();
    const store = redisStore(client, { prefix: 'broken' });
    const port = openStore(store, onBroken);
    const page = newPage();
    const good = useOf(page);
    await port.take(good, TERMS);
    const base = `broken:{${page}}`;
    const bad = useOf(page, 'fly:bad');
    await port.take(bad, TERMS);
    await client.del(`${base}:lease:${bad.key}`);
    await client.set(`${base}:lease:${bad.key}`, 'text');
    await client.hSet(`${base}:lease:${randomUUID()}`, 'id', 'no digits');
    await client.hSet(`${base}:names`, 'adam', '{');
    await client.hSet(`${base}:names`, 'eve', JSON.stringify(ADAM));
    for (let round = 0; round < 2; round += 1) {
      const leases = await port.leasesOn(page);
      expect(leases.map(([key]) => key)).toEqual([good.key]);
      expect(await port.namesOn(page)).toEqual(new Map([['eve', ADAM]]));
    }
    expect(await port.nameOn(page, 'adam')).toBeUndefined();
    expect(onBroken).toHaveBeenCalledTimes(2);
    // The slot of what is broken goes to the next who wants it.
    expect(await port.take(useOf(page, 'fly:bad'), TERMS)).toMatchObject({
      as: 'maker',
    });
    await client.del(`${base}:slot:fly:bad`);
    await client.hSet(`${base}:slot:fly:bad`, 'a', 'b');
    expect(await port.take(useOf(page, 'fly:bad'), TERMS)).toMatchObject({
      as: 'maker',
    });
    const record = { pageId: page, name: 'adam', record: ADAM, key: undefined };
    expect(await port.settle({ ...record, seenId: undefined }, TERMS)).toEqual(
      ADAM,
    );
  });

  test('scripts that Redis has forgotten are sent anew', async () => {
    const port = openStore(redisStore(client), jest.fn());
    const page = newPage();
    await port.setName(page, 'adam', ADAM);
    await client.sendCommand(['SCRIPT', 'FLUSH']);
    expect(await port.nameOn(page, 'adam')).toEqual(ADAM);
  });

  test('many leases are renewed in few scripts, and a sweep reads what has run out alone', async () => {
    const port = openStore(redisStore(client), jest.fn());
    const page = newPage();
    const uses = Array.from({ length: 1000 }, (_, index) =>
      withId(useOf(page, `fly:${index}`), String(index + 1)),
    );
    const commands = async (run: () => Promise<unknown>) => {
      await client.sendCommand(['CONFIG', 'RESETSTAT']);
      await run();
      const stats = await client.info('commandstats');
      const calls = /cmdstat_evalsha:calls=(\d+)/.exec(stats);
      return { scripts: Number(calls?.[1]), stats };
    };
    const kept = await commands(() => port.keep(uses, TERMS));
    expect(kept.scripts).toBeLessThanOrEqual(10);
    const swept = await commands(() => port.ranOut([page]));
    expect(swept.scripts).toBe(1);
    expect(swept.stats).not.toContain('cmdstat_hgetall');
    expect(await port.leasesOn(page)).toHaveLength(1000);
  });
});
