import { EventEmitter } from 'node:events';

import { InvalidOptionError, personas } from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';
import * as redis5 from 'redis';
import * as redis6 from 'redis6';

const createClient5 = redis5.createClient;
const createClient6 = redis6.createClient;

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a URL', 'redis://127.0.0.1'],
  ['a Keyv', { get: () => undefined, on: () => undefined }],
  ['what tells of no errors', { sendCommand: () => undefined }],
])('%s is not a client', (_what, value) => {
  const given = () => {
    Reflect.apply(redisStore, undefined, [value]);
  };
  expect(given).toThrow(InvalidOptionError);
});

const CLUSTER = { rootNodes: [{ url: 'redis://127.0.0.1' }] };
const SENTINEL = {
  name: 'main',
  sentinelRootNodes: [{ host: '127.0.0.1', port: 26379 }],
};
test.each([
  ['a cluster', redis5.createCluster(CLUSTER)],
  ['a cluster, by redis 6', redis6.createCluster(CLUSTER)],
  ['Sentinel', redis5.createSentinel(SENTINEL)],
  ['Sentinel, by redis 6', redis6.createSentinel(SENTINEL)],
])('the client of %s is rejected', (_what, client) => {
  const given = () => {
    Reflect.apply(redisStore, undefined, [client]);
  };
  expect(given).toThrow(/createClient\(\{ url \}\).*, not of a cluster/);
});

test.each([
  ['is empty', { prefix: '' }],
  ['is no text', { prefix: 5 }],
  ['would part the keys of a Page', { prefix: 'a{b}' }],
  ['is misspelt', { prefx: 'a' }],
])('a prefix that %s is rejected', (_what, options) => {
  const client = createClient5();
  const given = () => {
    Reflect.apply(redisStore, undefined, [client, options]);
  };
  expect(given).toThrow(InvalidOptionError);
});

test('is a store for personas(), with clients of both versions', () => {
  for (const client of [createClient5(), createClient6()]) {
    const store = redisStore(client, { prefix: 'bot' });
    expect(store.prefix).toBe('bot');
    expect(() => personas({ store })).not.toThrow();
  }
});

test('a client without a listener for errors does not end the process', () => {
  const client = Object.assign(new EventEmitter(), {
    sendCommand: () => Promise.resolve(),
  });
  redisStore(client);
  expect(() => client.emit('error', new Error('away'))).not.toThrow();
});
