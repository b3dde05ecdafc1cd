import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';

import { redisStore } from 'bottender-persona/redis';

import type { KeyvLike } from '../../../src/store/keyv/guardedKeyv';
import { LocalConversations } from '../../../src/store/localConversations';
import { MemoryStore } from '../../../src/store/memory';
import { openConversations } from '../../../src/store/open';
import type { SharedStore } from '../../../src/store/sharedStore';
import { MapStore } from '../../support/stores';
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../../support/redis';
import {
  itKeepsConversations,
  itLetsOneProcessDisclose,
  LAPSE_MS,
  next,
} from '../conversationContract';

describeWithRedis('conversations', () => {
  let server: RedisServer;
  let client: ReturnType<typeof createClient>;
  const reported: string[] = [];
  beforeAll(async () => {
    server = await startRedis();
    client = createClient({ url: server.url });
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  const open = (store: MemoryStore | SharedStore | KeyvLike, lapseMs: number) =>
    openConversations(store, lapseMs, ({ message }) => reported.push(message));
  const openRedis = () =>
    open(redisStore(client, { prefix: 'test' }), LAPSE_MS);

  const stores: [string, () => MemoryStore | SharedStore | KeyvLike][] = [
    ['in memory', () => new MemoryStore()],
    ['in Redis', () => redisStore(client, { prefix: 'test' })],
    ['in a Keyv', () => new MapStore()],
  ];

  describe.each(stores)('%s', (where, make) => {
    const openMade = (lapseMs: number) => open(make(), lapseMs);
    itKeepsConversations(openMade);
    if (where === 'in Redis') itLetsOneProcessDisclose(openMade);
  });

  test('in Redis: a key of its own, without the customer’s ID, that expires; others’ values are replaced', async () => {
    const store = openRedis();
    await store.record('DIGEST', 'human');
    const key = 'test:{conversation:DIGEST}';
    expect(await client.keys('*DIGEST*')).toEqual([key]);
    expect(Object.keys(await client.hGetAll(key)).sort()).toEqual([
      'at',
      'kind',
    ]);
    const days = (await client.pTTL(key)) / (24 * 60 * 60 * 1000);
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThan(31);
    await client.del(key);
    await client.set(key, 'mine');
    expect(await store.begin('DIGEST', next('bot'))).toEqual({
      moment: 'start',
    });
    expect(reported).toHaveLength(1);
  });

  test.each([
    ['from before the clock of Redis was set back', Date.now() + 3_600_000],
    ['without an end', 'inf'],
    ['without a time', 'nan'],
  ])('in Redis: nobody waits for a claim %s', async (_what, claimed) => {
    const store = openRedis();
    const digest = randomUUID();
    await store.begin(digest, next('bot', { claimant: 'dead' }));
    await client.hSet(`test:{conversation:${digest}}`, { claimed, at: 'nan' });
    expect(await store.begin(digest, next('bot'))).toEqual({ moment: 'start' });
  });
});

test('memory is bounded', async () => {
  const store = new LocalConversations(LAPSE_MS);
  for (let at = 0; at <= 200_000; at += 1) {
    await store.record(String(at), 'bot');
  }
  expect(await store.begin('0', next('bot'))).toEqual({ moment: 'start' });
  expect(await store.begin('2', next('bot'))).toHaveProperty('undo');
});
