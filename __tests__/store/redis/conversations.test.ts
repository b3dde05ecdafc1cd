import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';

import { redisStore } from 'bottender-persona/redis';

import { openConversations } from '../../../src/store/open';
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

describeWithRedis('conversations in Redis', () => {
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

  const open = (lapseMs: number) =>
    openConversations(
      redisStore(client, { prefix: 'test' }),
      lapseMs,
      ({ message }) => reported.push(message),
    );
  const openRedis = () => open(LAPSE_MS);

  itKeepsConversations(open);
  itLetsOneProcessDisclose(open);

  test('a key of its own, without the customer’s ID, that expires; others’ values are replaced', async () => {
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
  ])('nobody waits for a claim %s', async (_what, claimed) => {
    const store = openRedis();
    const digest = randomUUID();
    await store.begin(digest, next('bot', { claimant: 'dead' }));
    await client.hSet(`test:{conversation:${digest}}`, { claimed, at: 'nan' });
    expect(await store.begin(digest, next('bot'))).toEqual({ moment: 'start' });
  });
});
