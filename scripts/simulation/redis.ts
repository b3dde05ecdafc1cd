import { randomUUID } from 'node:crypto';

import { Cluster } from 'ioredis';
import { createClient } from 'redis';

import { RedisCluster } from '../../__tests__/store/redis/redisCluster';
import { openStore } from '../../src/store/open';
import type { StorePort } from '../../src/store/port';
import { redisStore } from '../../src/store/redis/redisStore';

const LIVE = 10_000;
const CONCURRENCY = 100;
const PAGES = 1000;
const FIRST_PAGE = 100_000_000_000_001;
const PAGE_ID = String(FIRST_PAGE);
const OPTIONS = { leaseMs: 60_000, claimMs: 2000 };

/** The costs of many live personas in Redis. */
export interface RedisFigures {
  readonly live: number;
  readonly bytesPerPersona: number;
  /** Including those inside scripts. */
  readonly commandsPerSweep: number;
}

/** Fills a Redis with live personas of one Page and measures it. */
export async function measureRedis(url: string): Promise<RedisFigures> {
  const client = createClient({ url });
  await client.connect();
  const port = openStore(redisStore(client), () => {});
  const memory = async () => {
    const found = /used_memory:(\d+)/.exec(await client.info('memory'));
    return Number(found?.[1]);
  };
  const before = await memory();
  for (let made = 0; made < LIVE; made += CONCURRENCY) {
    const numbers = Array.from(
      { length: CONCURRENCY },
      (_, index) => made + index,
    );
    await Promise.all(
      numbers.map((number) => createPersona(port, PAGE_ID, number)),
    );
  }
  const bytesPerPersona = Math.round(((await memory()) - before) / LIVE);
  await client.sendCommand(['CONFIG', 'RESETSTAT']);
  await port.expired([PAGE_ID]);
  const stats = await client.info('commandstats');
  client.destroy();
  let commandsPerSweep = 0;
  for (const [, name, count] of stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)) {
    if (!name?.startsWith('config')) commandsPerSweep += Number(count);
  }
  return { live: LIVE, bytesPerPersona, commandsPerSweep };
}

/** How many of 1,000 Pages each of three masters has. */
export async function measureCluster(): Promise<{
  pages: number;
  perMaster: number[];
}> {
  const cluster = await RedisCluster.start();
  const client = new Cluster(cluster.nodeAddresses);
  const port = openStore(redisStore(client), () => {});
  for (let number = 0; number < PAGES; number += 1) {
    await createPersona(port, String(FIRST_PAGE + number), number);
  }
  const perMaster = await Promise.all(
    client.nodes('master').map(async (master) => {
      const keys = await master.keys('*:due');
      return keys.length;
    }),
  );
  client.disconnect();
  await cluster.close();
  return { pages: PAGES, perMaster };
}

async function createPersona(
  port: StorePort,
  pageId: string,
  number: number,
): Promise<void> {
  const name = `Agent ${number}`;
  const profilePictureUrl = `https://example.com/${number}.png`;
  const use = {
    key: randomUUID(),
    use: randomUUID(),
    slot: `fly:${randomUUID()}`,
    record: { pageId, id: null, name, profilePictureUrl },
  };
  await port.acquire(use, OPTIONS);
  const record = { ...use.record, id: String(number + 1) };
  await port.renew([{ ...use, record }], OPTIONS);
}
