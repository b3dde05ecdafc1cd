import { randomUUID } from 'node:crypto';

import { checkOptions } from '../../../src/checkOptions';
import { createRuntime } from '../../../src/runtime';
import { openStore } from '../../../src/store/open';
import {
  EXPIRED_AT_ONCE,
  slotOfName,
  type StorePort,
} from '../../../src/store/port';
import { redisStore } from '../../../src/store/redis/redisStore';
import { startFakeGraph } from '../../support/fakeGraph';
import { profile } from '../../support/personas';
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
import { nameOn, settleName } from '../../support/stores';
import {
  ADAM,
  itKeepsWhatAFleetReliesOn,
  newPage,
  OPTIONS,
  useOf,
  withId,
} from '../portContract';

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

describeWithRedis.each<[string, () => StorePort]>([
  ['Redis', () => openStore(redisStore(client), jest.fn())],
  [
    'Redis, with a client of version 6',
    () => openStore(redisStore(client6), jest.fn()),
  ],
])('by %s', (_what, open) => {
  itKeepsWhatAFleetReliesOn(open);
});

describeWithRedis('in Redis', () => {
  const DAY_MS = 24 * 3600 * 1000;
  const KEPT_MS = 30 * DAY_MS;
  const NAMED_MS = 400 * DAY_MS;

  test('every key expires, thirty days after the end of its subject, or much later if it is a name', async () => {
    const port = openStore(redisStore(client, { prefix: 'ends' }), jest.fn());
    const page = newPage();
    const use = useOf(page);
    await port.acquire(use, OPTIONS);
    await port.renew([withId(use, '7')], OPTIONS);
    const expectKept = async (keys: string[], keptMs: number) => {
      for (const key of keys) {
        const ms = await client.pTTL(key);
        expect(ms).toBeGreaterThan(keptMs - 1000);
        expect(ms).toBeLessThanOrEqual(keptMs + OPTIONS.leaseMs);
      }
    };
    const before = await client.keys('ends:*');
    expect(before.length).toBeGreaterThanOrEqual(4);
    await expectKept(before, KEPT_MS);
    await settleName(port, page, 'adam', ADAM);
    const keys = await client.keys('ends:*');
    const added = keys.filter((key) => !before.includes(key));
    // Whenever a process looks the name up, its lease is kept for that long again.
    for (const key of added) await client.pExpire(key, 1000);
    await port.acquire(useOf(page, 'name:adam'), OPTIONS);
    const due = `ends:{${page}}:due`;
    await expectKept([...added, due], NAMED_MS);
    expect(added).toHaveLength(2);
    // A cluster would have them in one place.
    for (const key of keys) expect(key).toContain(`ends:{${page}}:`);
  });

  test('a use that Lua cannot read does not affect other renewals', async () => {
    const port = openStore(redisStore(client, { prefix: 'half' }), jest.fn());
    const page = newPage();
    const [one, two] = [useOf(page, 'fly:one'), useOf(page, 'fly:two')];
    const bad = withId(useOf(page, 'fly:bad'), '8');
    Object.assign(bad.record, { name: 'Pear \ud83c' });
    await port.renew([withId(one, '7'), bad, withId(two, '9')], OPTIONS);
    const stored = await port.leasesOn(page);
    expect(stored.map(([, { id }]) => id).sort()).toEqual(['7', '9']);
  });

  test('expired leases are read in parts, the oldest first', async () => {
    const port = openStore(redisStore(client, { prefix: 'parts' }), jest.fn());
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

  test('no token is stored', async () => {
    const port = openStore(redisStore(client, { prefix: 'safe' }), jest.fn());
    const page = newPage();
    const use = useOf(page);
    await port.acquire(use, OPTIONS);
    const key = `safe:{${page}}:lease:${use.key}`;
    expect(Object.keys(await client.hGetAll(key)).sort()).toEqual([
      'name',
      'picture',
      'slot',
      `use:${use.use}`,
    ]);
  });

  test('an invalid value is skipped, and reported once', async () => {
    const onBroken = jest.fn();
    const store = redisStore(client, { prefix: 'broken' });
    const port = openStore(store, onBroken);
    const page = newPage();
    const good = useOf(page);
    await port.acquire(good, OPTIONS);
    const base = `broken:{${page}}`;
    const bad = useOf(page, 'fly:bad');
    await port.acquire(bad, OPTIONS);
    await client.del(`${base}:lease:${bad.key}`);
    await client.set(`${base}:lease:${bad.key}`, 'text');
    await client.hSet(`${base}:lease:${randomUUID()}`, 'id', 'no digits');
    await settleName(port, page, 'adam', ADAM);
    await settleName(port, page, 'eve', ADAM);
    const adam = await client.get(`${base}:slot:name:adam`);
    await client.hDel(`${base}:lease:${adam}`, 'picture');
    for (let round = 0; round < 2; round += 1) {
      const leases = await port.leasesOn(page);
      expect(leases.map(([key]) => key)).toEqual([good.key]);
      expect([...(await port.namesOn(page, [])).keys()]).toEqual(['eve']);
    }
    expect(await nameOn(port, page, 'adam')).toBeUndefined();
    expect(onBroken).toHaveBeenCalledTimes(2);
    // The slot of what is broken goes to the next who wants it.
    expect(await port.acquire(useOf(page, 'fly:bad'), OPTIONS)).toMatchObject({
      as: 'creator',
    });
    await client.del(`${base}:slot:fly:bad`);
    await client.hSet(`${base}:slot:fly:bad`, 'a', 'b');
    expect(await port.acquire(useOf(page, 'fly:bad'), OPTIONS)).toMatchObject({
      as: 'creator',
    });
    const slot = slotOfName('adam');
    const settled = { pageId: page, slot, record: ADAM, key: randomUUID() };
    expect(await port.settle(settled)).toBe('7');
    expect(await nameOn(port, page, 'adam')).toEqual(ADAM);
  });

  test.each<[key: string, ask: (port: StorePort, page: string) => unknown]>([
    ['due', (port, page) => port.acquire(useOf(page), OPTIONS)],
    ['due', (port, page) => port.leasesOn(page)],
    ['due', (port, page) => port.expired([page])],
    ['due', (port, page) => port.forget(page, randomUUID())],
    ['due', (port, page) => port.namesOn(page, [])],
    ['due', (port, page) => settleName(port, page, 'adam', ADAM)],
    ['epoch', (port, page) => port.acquire(useOf(page), OPTIONS)],
  ])(
    'a value of another type at :%s is reported and removed',
    async (key, ask) => {
      const onBroken = jest.fn();
      const port = openStore(redisStore(client, { prefix: 'odd' }), onBroken);
      const page = newPage();
      await client.lPush(`odd:{${page}}:${key}`, 'not ours');
      await ask(port, page);
      expect(onBroken).toHaveBeenCalledTimes(1);
      expect(onBroken.mock.calls[0]).toMatchObject([
        { message: expect.stringContaining(`kind "${key}"`) as string },
      ]);
      await ask(port, page);
      expect(onBroken).toHaveBeenCalledTimes(1);

      const good = useOf(page, 'fly:good');
      await port.acquire(good, OPTIONS);
      await settleName(port, page, 'adam', ADAM);
      const leases = await port.leasesOn(page);
      expect(leases.map(([at]) => at)).toContain(good.key);
      expect(await nameOn(port, page, 'adam')).toEqual(ADAM);
    },
  );

  test('scripts that Redis has forgotten are sent again', async () => {
    const port = openStore(redisStore(client), jest.fn());
    const page = newPage();
    await settleName(port, page, 'adam', ADAM);
    await client.sendCommand(['SCRIPT', 'FLUSH']);
    expect(await nameOn(port, page, 'adam')).toEqual(ADAM);
  });

  test('a name costs each process one script, and its creation four', async () => {
    const { page } = await startFakeGraph([
      { body: { data: [] } },
      { body: { id: '20' } },
    ]);
    const store = redisStore(client, { prefix: 'costs' });
    const settings = checkOptions({ store, directory: { adam: profile('A') } });
    const costs: number[] = [];
    for (const { directory } of [
      createRuntime(settings),
      createRuntime(settings),
    ]) {
      for (let time = 0; time < 2; time += 1) {
        await client.sendCommand(['CONFIG', 'RESETSTAT']);
        expect(await directory.idOf(page, 'adam')).toBe('20');
        const stats = await client.info('commandstats');
        costs.push(Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0));
      }
    }
    expect(costs).toEqual([4, 0, 1, 0]);
  });

  test('many leases are renewed in few scripts, and a sweep reads only expired ones', async () => {
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
    const kept = await commands(() => port.renew(uses, OPTIONS));
    expect(kept.scripts).toBeLessThanOrEqual(10);
    const swept = await commands(() => port.expired([page]));
    expect(swept.scripts).toBe(1);
    expect(swept.stats).not.toContain('cmdstat_hgetall');
    expect(await port.leasesOn(page)).toHaveLength(1000);
  });
});
