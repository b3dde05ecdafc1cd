/** Each client that redisStore() takes, in strict mode and without a cast. */
import { personas } from 'bottender-persona';
import { redisStore, type RedisClient } from 'bottender-persona/redis';
import Redis, { Cluster, Redis as NamedRedis } from 'ioredis';
import Redis5, { Cluster as Cluster5 } from 'ioredis5';
import Valkey, { Cluster as ValkeyCluster } from 'iovalkey';
import * as redis5 from 'redis';
import * as redis6 from 'redis6';

// ioredis 4 has its types in a package of their own.
import type Redis4 from '../../node_modules/@types/ioredis';

const SENTINEL = { name: 'main', sentinelRootNodes: [{ host: '', port: 1 }] };
const CLUSTER = { rootNodes: [{ url: 'redis://127.0.0.1' }] };

export const stores = () => [
  redisStore(redis5.createClient()),
  redisStore(redis5.createClient({ RESP: 3, url: 'redis://127.0.0.1' })),
  redisStore(redis5.createClientPool()),
  redisStore(redis5.createCluster(CLUSTER)),
  redisStore(redis5.createSentinel(SENTINEL)),
  redisStore(redis6.createClient()),
  redisStore(redis6.createClient({ RESP: 2 })),
  redisStore(redis6.createClientPool()),
  redisStore(redis6.createCluster(CLUSTER)),
  redisStore(redis6.createSentinel(SENTINEL)),
  redisStore(new Redis()),
  redisStore(new NamedRedis({ protocol: 3 })),
  redisStore(new Cluster([])),
  redisStore(new Redis.Cluster([])),
  redisStore(new Redis5()),
  redisStore(new Cluster5([])),
  redisStore(new Valkey()),
  redisStore(new ValkeyCluster([])),
  redisStore({ sendCommand: (args: string[]) => Promise.resolve(args[0]) }),
  redisStore({ sendCommand: (_args, { key }) => Promise.resolve(key) }),
];

export const version4 = (
  client: Redis4.Redis,
  cluster: Redis4.Cluster,
): RedisClient[] => [client, cluster];

export const connected = async () =>
  personas({ store: redisStore(await redis5.createClient().connect()) });

export const mapped = () =>
  redisStore(
    redis5
      .createClient()
      .withTypeMapping({ [redis5.RESP_TYPES.BLOB_STRING]: Buffer }),
  );

// @ts-expect-error a URL is no client
redisStore('redis://127.0.0.1');
// @ts-expect-error a pipeline resolves to other replies
redisStore(new Redis().pipeline());
// @ts-expect-error a Keyv is no client
redisStore({ get: () => undefined, set: () => true, delete: () => true });
