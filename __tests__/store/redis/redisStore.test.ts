import { InvalidOptionError, personas } from 'bottender-persona';
import { redisStore, type RedisClient } from 'bottender-persona/redis';
import Redis from 'ioredis';
import * as redis5 from 'redis';
import * as redis6 from 'redis6';

import { openConversations } from '../../../src/store/open';
import { next } from '../conversationContract';

const REDIS = { lazyConnect: true };
const CLUSTER = { rootNodes: [{ url: 'redis://127.0.0.1' }] };
const SENTINEL = {
  name: 'main',
  sentinelRootNodes: [{ host: '127.0.0.1', port: 26379 }],
};
/** What all versions of the package `redis` before 5 have. */
const OLD_CLIENT = {
  sendCommand: () => undefined,
  on: () => undefined,
  multi: () => undefined,
};

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a URL', 'redis://127.0.0.1'],
  ['options', { url: 'redis://127.0.0.1' }],
  ['a Keyv', { get: () => undefined, on: () => undefined }],
  ['redis 3', { ...OLD_CLIENT, evalsha: () => undefined }],
  ['redis 4', { ...OLD_CLIENT, evalSha: () => undefined }],
  ['a client in legacy mode', redis5.createClient().legacy()],
  ['the commands of a transaction', redis6.createClient().multi()],
  ['a pipeline', new Redis(REDIS).pipeline()],
  ['the class', Redis],
  ['the package', redis5],
])('%s is not a client, and the error says what is one', (_what, value) => {
  const given = () => {
    Reflect.apply(redisStore, undefined, [value]);
  };
  expect(given).toThrow(InvalidOptionError);
  for (const taken of [
    /package "redis", version 5 or 6/,
    /createClient\(\).*createClientPool\(\).*createCluster\(\).*createSentinel\(\)/,
    /ioredis or iovalkey \(a Redis or a Cluster\)/,
    /\{ sendCommand\(args, \{ key \}\) \}/,
  ]) {
    expect(given).toThrow(taken);
  }
});

test.each([
  ['is empty', { prefix: '' }],
  ['is no text', { prefix: 5 }],
  ['would part the keys of a Page', { prefix: 'a{b}' }],
  ['is misspelt', { prefx: 'a' }],
])('a prefix that %s is rejected', (_what, options) => {
  const client = redis5.createClient();
  const given = () => {
    Reflect.apply(redisStore, undefined, [client, options]);
  };
  expect(given).toThrow(InvalidOptionError);
});

test.each<[string, RedisClient]>([
  ['redis 5', redis5.createClient()],
  ['a proxy of redis 5', redis5.createClient().withCommandOptions({})],
  ['redis 6', redis6.createClient()],
  ['a pool', redis6.createClientPool()],
  ['a cluster', redis6.createCluster(CLUSTER)],
  ['Sentinel', redis6.createSentinel(SENTINEL)],
  ['ioredis', new Redis(REDIS)],
  ['a cluster of ioredis', new Redis.Cluster([], REDIS)],
  ['a custom client', { sendCommand: () => Promise.resolve() }],
])('a client of %s is accepted before it is connected', (_what, client) => {
  const store = redisStore(client, { prefix: 'bot' });
  expect(store.prefix).toBe('bot');
  expect(() => personas({ store })).not.toThrow();
});

test('a client of node-redis without a listener for errors does not end the process', () => {
  const client = redis5.createClient();
  redisStore(client);
  redisStore(client);
  expect(client.listenerCount('error')).toBe(1);
  expect(() => client.emit('error', new Error('away'))).not.toThrow();
});

test('a cluster that does not answer is asked about no more than 10,000 conversations', async () => {
  const unanswered: (() => void)[] = [];
  let calls = 0;
  const sendCommand = () =>
    new Promise<unknown>((_resolve, reject) => {
      calls += 1;
      unanswered.push(() => reject(new Error('Connection is closed.')));
    });
  const store = openConversations(redisStore({ sendCommand }), 1000, () => {});
  const begin = (key: number) => store.begin(String(key), next('bot'));
  await expect(begin(0)).rejects.toThrow('did not answer');
  // The cluster has to fail again and again to be known as away.
  for (let at = 1; at <= 10_100; at += 1000) {
    const some = Array.from({ length: 1000 }, (_, each) => begin(at + each));
    await Promise.allSettled(some);
  }
  expect(calls).toBe(10_000);
  for (const answer of unanswered) answer();
  await new Promise(setImmediate);
  await expect(begin(-1)).rejects.toThrow('did not answer');
  expect(calls).toBe(10_001);
});
