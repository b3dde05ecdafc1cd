import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';

import { openStore } from '../../src/store/open';
import { redisStore } from '../../src/store/redis/redisStore';

const LIVE = 10_000;
const CONCURRENCY = 100;
const PAGE_ID = '100000000000001';
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
  const make = async (number: number) => {
    const name = `Agent ${number}`;
    const profilePictureUrl = `https://example.com/${number}.png`;
    const use = {
      key: randomUUID(),
      use: randomUUID(),
      slot: `fly:${randomUUID()}`,
      record: { pageId: PAGE_ID, id: null, name, profilePictureUrl },
    };
    await port.acquire(use, OPTIONS);
    const record = { ...use.record, id: String(number + 1) };
    await port.renew([{ ...use, record }], OPTIONS);
  };
  for (let made = 0; made < LIVE; made += CONCURRENCY) {
    const numbers = Array.from(
      { length: CONCURRENCY },
      (_, index) => made + index,
    );
    await Promise.all(numbers.map(make));
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
