import type { StorePort } from '../../../src/store/port';
import { openStore } from '../../../src/store/open';
import { PersonaStoreError } from 'bottender-persona';
import { redisStore, type RedisClient } from 'bottender-persona/redis';
import Redis from 'ioredis';
import * as redis5 from 'redis';

import {
  describeWithRedis,
  type RedisServer,
  startRedis,
} from '../../support/redis';
import {
  openClient,
  PACKAGES,
  type RedisPackage,
  type RedisTarget,
  versionOf,
} from '../../support/redisClients';
import { nameOn, settleName } from '../../support/stores';
import {
  ADAM,
  itKeepsWhatAFleetReliesOn,
  newPage,
  OPTIONS,
  useOf,
} from '../portContract';
import { RedisCluster, until } from './redisCluster';
import { SentinelSetup } from './redisSentinel';

const BUFFERS = { [redis5.RESP_TYPES.BLOB_STRING]: Buffer };

type Topology = 'server' | 'pool' | 'cluster' | 'sentinel';

let server: RedisServer;
let cluster: RedisCluster;
let sentinel: SentinelSetup;
const closing: (() => void)[] = [];

const targets: Record<Topology, () => RedisTarget> = {
  server: () => ({ url: server.url }),
  pool: () => ({ url: server.url, pool: true }),
  cluster: () => ({ cluster: cluster.nodeAddresses }),
  sentinel: () => sentinel.target,
};
const TOPOLOGIES: [Topology, RedisPackage[]][] = [
  ['server', PACKAGES],
  ['pool', ['redis', 'redis6']],
  ['cluster', PACKAGES],
  ['sentinel', PACKAGES],
];

async function open(
  name: RedisPackage,
  target: RedisTarget,
  options?: object,
): Promise<RedisClient> {
  const { client, connected, close } = openClient(name, target, options);
  closing.push(close);
  await connected;
  return client;
}

const storeOf = (client: RedisClient, prefix?: string): StorePort =>
  openStore(redisStore(client, { prefix }), jest.fn());

describeWithRedis('redisStore', () => {
  beforeAll(async () => {
    [server, cluster, sentinel] = await Promise.all([
      startRedis(),
      RedisCluster.start(),
      SentinelSetup.start(),
    ]);
  });
  afterAll(async () => {
    for (const close of closing) close();
    await Promise.all([server.close(), cluster.close(), sentinel.close()]);
  });

  describe.each(
    TOPOLOGIES.flatMap(([topology, names]) =>
      names.map((name) => [name, versionOf(name), topology] as const),
    ),
  )('with %s (%s) and a %s', (name, _version, topology) => {
    let client: RedisClient;
    beforeAll(async () => {
      client = await open(name, targets[topology]());
    });
    itKeepsWhatAFleetReliesOn(() => storeOf(client));
  });

  test.each<[string, RedisPackage, object]>([
    ['RESP3 of node-redis 5', 'redis', { RESP: 3 }],
    ['RESP2 of node-redis 6', 'redis6', { RESP: 2 }],
    ['RESP2 of ioredis 6', 'ioredis', { protocol: 2 }],
    ['RESP3 of ioredis 6', 'ioredis', { protocol: 3 }],
    ['pipelines of ioredis 5', 'ioredis5', { enableAutoPipelining: true }],
    ['buffers', 'redis', { commandOptions: { typeMapping: BUFFERS } }],
  ])('works with %s', async (_what, name, options) => {
    const client = await open(name, targets.server(), options);
    await keepsAName(storeOf(client), newPage());
  });

  test('makes a lazy client connect', async () => {
    const { client, close } = openClient('ioredis', targets.server(), {
      lazyConnect: true,
    });
    await keepsAName(storeOf(client), newPage());
    close();
  });

  test('works with a custom client, which gets the first key of each command', async () => {
    const admin = new Redis(server.url);
    const keys: string[] = [];
    const store = storeOf({
      sendCommand: ([command = '', ...args], { key }) => {
        keys.push(key);
        return admin.call(command, ...args);
      },
    });
    const page = newPage();
    await keepsAName(store, page);
    expect(new Set(keys)).toEqual(new Set([`bottender-persona:{${page}}`]));
    admin.disconnect();
  });

  test.each(['NoScriptError: No matching script.', 'TryAgain: Multiple keys'])(
    'works with a custom client that puts errors as Valkey GLIDE does: %s',
    async (problem) => {
      const admin = new Redis(server.url);
      let calls = 0;
      const store = storeOf({
        async sendCommand([command = '', ...args]) {
          calls += 1;
          if (calls === 1) {
            throw new Error(
              `An error was signalled by the server: - ${problem}`,
            );
          }
          return admin.call(command, ...args);
        },
      });
      await keepsAName(store, newPage());
      admin.disconnect();
    },
  );

  describe('with a key prefix of the client', () => {
    const WITH_PREFIX = PACKAGES.filter((name) => name !== 'redis');

    test.each(
      WITH_PREFIX.flatMap((name) => [
        [name, 'server' as const],
        [name, 'cluster' as const],
      ]),
    )('%s and a %s: all keys have the prefix', async (name, topology) => {
      const keyPrefix = `app-${name}:`;
      const client = await open(name, targets[topology](), { keyPrefix });
      const page = newPage();
      await keepsAName(storeOf(client), page);
      const other = await open(name, targets[topology](), {
        keyPrefix: 'other:',
      });
      expect(await nameOn(storeOf(other), page, 'adam')).toBeUndefined();
      const base = `${keyPrefix}bottender-persona:{${page}}`;
      const admin =
        topology === 'server'
          ? new Redis(server.url)
          : await cluster.clientOf(base);
      expect(await admin.keys(`*{${page}}*`)).toEqual([`${base}:names`]);
      if (topology === 'server') admin.disconnect();
    });

    test('a prefix whose braces would separate the keys of a Page is refused by the cluster', async () => {
      const client = await open('ioredis', targets.cluster(), {
        keyPrefix: '{}:',
      });
      await expect(
        settleName(storeOf(client), newPage(), 'adam', ADAM),
      ).rejects.toThrow(/CROSSSLOT/);
    });
  });

  test('waits once, for a second, for a server that is not there yet or goes away', async () => {
    const away = await startRedis();
    await away.kill();
    const clients = PACKAGES.map((name) => openClient(name, { url: away.url }));
    const stores = clients.map(({ client }) => storeOf(client));
    const page = newPage();
    for (let times = 0; times < 2; times += 1) {
      // A client may say at once that its connection was lost, and wait after that.
      const first = await Promise.all(stores.map(msToFail));
      const second = await Promise.all(stores.map(msToFail));
      const third = await Promise.all(stores.map(msToFail));
      PACKAGES.forEach((name, at) => {
        const both = Math.max(first[at] ?? NaN, second[at] ?? NaN);
        if (both >= 2000) throw new Error(`${name} waited for ${both} ms`);
        const last = third[at] ?? NaN;
        if (last >= 900) throw new Error(`${name} waited again, ${last} ms`);
      });
      await away.restart();
      await Promise.all(stores.map((store) => worksAgain(store, page)));
      await away.kill();
    }
    for (const { close } of clients) close();
    await away.close();
  });
});

async function msToFail(store: StorePort): Promise<number> {
  const begun = Date.now();
  await expect(store.acquire(useOf('1'), OPTIONS)).rejects.toThrow(
    PersonaStoreError,
  );
  return Date.now() - begun;
}

async function keepsAName(store: StorePort, page: string): Promise<void> {
  await settleName(store, page, 'adam', ADAM);
  expect(await nameOn(store, page, 'adam')).toEqual(ADAM);
}

/** Within the time between two probes of a store that does not answer. */
async function worksAgain(store: StorePort, page: string): Promise<void> {
  await until('the store is used again', () =>
    settleName(store, page, 'adam', ADAM).then(
      () => true,
      () => false,
    ),
  );
  await keepsAName(store, page);
}
