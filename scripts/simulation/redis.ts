import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';

import { openStore } from '../../src/store/open';
import { redisStore } from '../../src/store/redis/redisStore';

const LIVE = 10_000;
const AT_ONCE = 100;
const PAGE_ID = '100000000000001';
const OPTIONS = { leaseMs: 60_000, claimMs: 2000 };

/** What many live personas cost Redis. */
export interface RedisFigures {
  readonly live: number;
  readonly bytesAPersona: number;
  /** Those that scripts run are among them. */
  readonly commandsASweep: number;
}

/** Fills a Redis with live personas of one Page. */
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
  for (let made = 0; made < LIVE; made += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => made + index);
    await Promise.all(numbers.map(make));
  }
  const bytesAPersona = Math.round(((await memory()) - before) / LIVE);
  await client.sendCommand(['CONFIG', 'RESETSTAT']);
  await port.expired([PAGE_ID]);
  const stats = await client.info('commandstats');
  client.destroy();
  let commandsASweep = 0;
  for (const [, name, count] of stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)) {
    if (!name?.startsWith('config')) commandsASweep += Number(count);
  }
  return { live: LIVE, bytesAPersona, commandsASweep };
}
