import { randomUUID } from 'node:crypto';

import { checkOptions } from '../../../src/checkOptions';
import { createRuntime } from '../../../src/runtime';
import { openStore } from '../../../src/store/open';
import type { StorePort } from '../../../src/store/port';
import { redisStore } from '../../../src/store/redis/redisStore';
import { startFakeGraph } from '../../support/fakeGraph';
import { profile } from '../../support/personas';
import { nameOn, settleName } from '../../support/stores';
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
import { ADAM, newPage, OPTIONS, useOf, withId } from '../portContract';
import { itIsASharedStore } from '../storeContract';

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

describeWithRedis.each<[string, () => Client | Client6]>([
  ['Redis', () => client],
  ['Redis, with a client of version 6', () => client6],
])('by %s', (_what, clientOf) => {
  itIsASharedStore(() => redisStore(clientOf()));
});

describeWithRedis('in Redis', () => {
  const KEPT_MS = 30 * 24 * 3600 * 1000;

  test('every key expires, thirty days after the end of its subject', async () => {
    const port = openStore(redisStore(client, { prefix: 'ends' }), jest.fn());
    const page = newPage();
    const use = useOf(page);
    await port.acquire(use, OPTIONS);
    await port.renew([withId(use, '7')], OPTIONS);
    await port.acquire(useOf(page, 'name:adam', 'Adam'), OPTIONS);
    await settleName(port, page, 'adam', ADAM);
    const keys = await client.keys('ends:*');
    expect(keys.length).toBeGreaterThanOrEqual(6);
    for (const key of keys) {
      const ms = await client.pTTL(key);
      expect(ms).toBeGreaterThan(KEPT_MS - 1000);
      expect(ms).toBeLessThanOrEqual(KEPT_MS + OPTIONS.leaseMs);
    }
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
    await client.hSet(`${base}:names`, 'adam', '{');
    await client.hSet(`${base}:names`, 'eve', JSON.stringify(ADAM));
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
    await settleName(port, page, 'adam', ADAM);
    expect(await nameOn(port, page, 'adam')).toEqual(ADAM);
  });

  test.each<[key: string, ask: (port: StorePort, page: string) => unknown]>([
    ['due', (port, page) => port.acquire(useOf(page), OPTIONS)],
    ['due', (port, page) => port.leasesOn(page)],
    ['due', (port, page) => port.expired([page])],
    ['due', (port, page) => port.forget(page, randomUUID())],
    ['names', (port, page) => nameOn(port, page, 'adam')],
    ['names', (port, page) => port.namesOn(page, [])],
    ['names', (port, page) => settleName(port, page, 'adam', ADAM)],
    ['names', (port, page) => port.acquire(useOf(page, 'name:adam'), OPTIONS)],
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

  test.each(['inf', '-inf', 'nan', '1e300'])(
    'a lease with the time %s costs no other',
    async (time) => {
      const port = openStore(redisStore(client, { prefix: 'time' }), jest.fn());
      const page = newPage();
      const base = `time:{${page}}`;
      const [good, bad] = [useOf(page, 'fly:good'), useOf(page, 'fly:bad')];
      for (const use of [good, bad]) {
        await port.acquire(use, OPTIONS);
        use.record.id = '12';
      }
      await client.hSet(`${base}:lease:${bad.key}`, {
        [`use:${randomUUID()}`]: time,
        [`fence:${randomUUID()}`]: time,
        uses: time,
        recovered: time,
      });
      if (time !== 'nan') {
        await client.sendCommand(['ZADD', `${base}:due`, time, bad.key]);
      }
      await port.renew([bad, good], OPTIONS);
      if (time !== 'nan') {
        await client.sendCommand(['ZADD', `${base}:due`, time, bad.key]);
      }
      const leases = await port.leasesOn(page);
      expect(leases.map(([key]) => key)).toContain(good.key);
      await port.expired([page]);
      const release = { ...OPTIONS, fence: true };
      expect(await port.release(bad, release)).toBe('last');
      expect(await port.release(good, release)).toBe('last');
    },
  );

  test('a claim from before the clock of Redis was set back is taken over', async () => {
    const port = openStore(redisStore(client, { prefix: 'clock' }), jest.fn());
    const page = newPage();
    const [dead, next] = [useOf(page, 'name:adam'), useOf(page, 'name:adam')];
    await port.acquire(dead, OPTIONS);
    expect(await port.acquire(next, OPTIONS)).toMatchObject({ as: 'waiting' });
    await client.hSet(`clock:{${page}}:lease:${dead.key}`, {
      [`use:${dead.use}`]: Date.now() + 3_600_000,
    });
    expect(await port.acquire(next, OPTIONS)).toMatchObject({ as: 'creator' });
  });

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
