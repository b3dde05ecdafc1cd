import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';

import { redisStore } from 'bottender-persona/redis';

import { BrokenValues } from '../../../src/store/broken';
import {
  ConversationMemory,
  type ConversationStore,
  type NextMessage,
} from '../../../src/store/conversations';
import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { KeyvConversations } from '../../../src/store/keyv/keyvConversations';
import { RedisConversations } from '../../../src/store/redis/redisConversations';
import { MapStore } from '../../support/stores';
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../../support/redis';

const LAPSE_MS = 60_000;
const next = (
  kind: NextMessage['kind'],
  more: Partial<NextMessage> = {},
): NextMessage => ({
  kind,
  claimant: 'one',
  lapseMs: LAPSE_MS,
  isAfterHuman: false,
  ...more,
});

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
    ['in memory', () => new ConversationMemory()],
    [
      'in Redis',
      () =>
        new RedisConversations(
          redisStore(client, { prefix: 'test' }),
          new BrokenValues((error) => reported.push(error.message)),
        ),
    ],
    ['in a Keyv', () => new KeyvConversations(new GuardedKeyv(new MapStore()))],
  ];

  describe.each(stores)('%s', (where, open) => {
    let store: ConversationStore;
    let key: string;
    beforeEach(() => {
      store = open();
      key = randomUUID();
    });

    test('the moments are due in turn', async () => {
      expect(await store.begin(key, next('bot'))).toEqual({ moment: 'start' });
      await store.end(key, 'one', 'bot', LAPSE_MS);
      const begun = await store.begin(key, next('bot'));
      expect(begun).toHaveProperty('undo.previousAt');
      expect(await store.begin(key, next('human'))).not.toHaveProperty(
        'moment',
      );
      expect(await store.begin(key, next('bot'))).toEqual({
        moment: 'handback',
      });
      await store.end(key, 'one', undefined, LAPSE_MS);
      // It was not sent, so it is due again.
      expect(await store.begin(key, next('bot'))).toEqual({
        moment: 'handback',
      });
      await store.end(key, 'one', 'bot', LAPSE_MS);
      expect(await store.begin(key, next('bot'))).toHaveProperty('undo');
      await store.record(key, 'human', LAPSE_MS);
      expect(await store.begin(key, next('bot'))).toEqual({
        moment: 'handback',
      });
      await store.forget(key);
      expect(await store.begin(key, next('bot'))).toEqual({ moment: 'start' });
    });

    test('a lapse is counted from the last message that was delivered', async () => {
      const lapseMs = 80;
      const soon = next('bot', { lapseMs });
      await store.record(key, 'bot', lapseMs);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const begun = await store.begin(key, soon);
      if ('undo' in begun && begun.undo) {
        await store.undo(key, begun.undo, lapseMs);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await store.begin(key, soon)).toEqual({ moment: 'lapse' });
    });

    test('a person who spoke while the store was away is not forgotten', async () => {
      await store.record(key, 'bot', LAPSE_MS);
      const message = next('bot', { isAfterHuman: true });
      expect(await store.begin(key, message)).toEqual({ moment: 'handback' });
    });

    // Each process decides alone.
    if (where === 'in a Keyv') return;

    test('one process at a time has the claim', async () => {
      await store.begin(key, next('bot'));
      for (const kind of ['bot', 'human'] as const) {
        const other = next(kind, { claimant: 'other' });
        const { waitMs } = (await store.begin(key, other)) as {
          waitMs: number;
        };
        expect(waitMs).toBeGreaterThan(9000);
        expect(waitMs).toBeLessThanOrEqual(10_000);
      }
      // The same process does not wait for itself: an answer may have been lost.
      expect(await store.begin(key, next('bot'))).toEqual({ moment: 'start' });
      await store.end(key, 'other', 'bot', LAPSE_MS);
      const other = next('bot', { claimant: 'other' });
      expect(await store.begin(key, other)).toHaveProperty('waitMs');
      await store.end(key, 'one', undefined, LAPSE_MS);
      expect(await store.begin(key, other)).toEqual({ moment: 'start' });
    });

    test('of many at once, one is the first', async () => {
      const claimants = Array.from({ length: 20 }, (_, at) => `p${at}`);
      const begun = await Promise.all(
        claimants.map((claimant) =>
          store.begin(key, next('bot', { claimant })),
        ),
      );
      expect(begun.filter((each) => 'moment' in each)).toHaveLength(1);
    });
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
  const store = new ConversationMemory();
  for (let at = 0; at <= 100_000; at += 1) {
    await store.record(String(at), 'bot');
  }
  expect(await store.begin('0', next('bot'))).toEqual({ moment: 'start' });
  expect(await store.begin('2', next('bot'))).toHaveProperty('undo');
});
