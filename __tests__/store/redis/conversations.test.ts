import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';

import { redisStore } from 'bottender-persona/redis';

import { BrokenValues } from '../../../src/store/broken';
import type { ConversationStore } from '../../../src/store/conversations';
import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { LocalConversations } from '../../../src/store/localConversations';
import { RedisConversations } from '../../../src/store/redis/redisConversations';
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

  const stores: [string, () => ConversationStore][] = [
    ['in memory', () => new LocalConversations()],
    [
      'in Redis',
      () =>
        new RedisConversations(
          redisStore(client, { prefix: 'test' }),
          new BrokenValues((error) => reported.push(error.message)),
        ),
    ],
    [
      'in a Keyv',
      () => new LocalConversations(new GuardedKeyv(new MapStore())),
    ],
  ];

  describe.each(stores)('%s', (where, open) => {
    itKeepsConversations(open);
    if (where === 'in Redis') itLetsOneProcessDisclose(open);
  });

  test('in Redis: a key of its own, without the customer’s ID, that expires; others’ values are replaced', async () => {
    const store = stores[1]?.[1]() as ConversationStore;
    await store.record('DIGEST', 'human', LAPSE_MS);
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
    const store = stores[1]?.[1]() as ConversationStore;
    const digest = randomUUID();
    await store.begin(digest, next('bot', { claimant: 'dead' }));
    await client.hSet(`test:{conversation:${digest}}`, { claimed, at: 'nan' });
    expect(await store.begin(digest, next('bot'))).toEqual({ moment: 'start' });
  });
});

test('memory is bounded', async () => {
  const store = new LocalConversations();
  for (let at = 0; at <= 200_000; at += 1) {
    await store.record(String(at), 'bot', LAPSE_MS);
  }
  expect(await store.begin('0', next('bot'))).toEqual({ moment: 'start' });
  expect(await store.begin('2', next('bot'))).toHaveProperty('undo');
});
