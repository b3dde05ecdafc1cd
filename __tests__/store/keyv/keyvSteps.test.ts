import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { createKeyv } from '@keyv/redis';
import { PersonaStoreError } from 'bottender-persona';
import { Keyv, type KeyvStoreAdapter } from 'keyv';

import {
  GuardedKeyv,
  type KeyvLike,
} from '../../../src/store/keyv/guardedKeyv';
import { KeyvPort } from '../../../src/store/keyv/keyvPort';
import type { Use } from '../../../src/store/port';
import { gate } from '../../support/gate';
import { profile } from '../../support/personas';
import {
  describeWithRedis,
  type RedisServer,
  startRedis,
} from '../../support/redis';
import { entriesOf, MapStore, settleName } from '../../support/stores';
import { itKeepsWhatAFleetReliesOn } from '../portContract';

const OPTIONS = { leaseMs: 3000, claimMs: 500 };
const ADAM = { ...profile('Adam'), id: '7' };

function useOf(id: string | null, slot = 'fly:guest'): Use {
  const record = { pageId: '1', id, ...profile('Guest') };
  return { key: randomUUID(), use: randomUUID(), slot, record };
}

const portOn = (keyv: KeyvLike) => new KeyvPort(new GuardedKeyv(keyv));

describe('in one process', () => {
  itKeepsWhatAFleetReliesOn(() => portOn(new MapStore()));
});

/**
 * An adapter as `@keyv/postgres` and `@keyv/sqlite` are: rows by key, in one
 * table, with a namespace that the last Keyv has set, and a `LIKE` in its iterator.
 */
class SqlAdapter implements KeyvStoreAdapter {
  opts = { dialect: 'postgres' };
  namespace: string | undefined;
  readonly rows: Map<string, unknown>;

  constructor(rows = new Map<string, unknown>()) {
    this.rows = rows;
  }

  get<T>(key: string) {
    return Promise.resolve(this.rows.get(key) as T | undefined);
  }
  set(key: string, value: unknown) {
    return Promise.resolve(void this.rows.set(key, value));
  }
  delete(key: string) {
    return Promise.resolve(this.rows.delete(key));
  }
  clear() {
    const prefix = this.namespace ? `${this.namespace}:` : '';
    for (const key of this.rows.keys()) {
      if (key.startsWith(prefix)) this.rows.delete(key);
    }
    return Promise.resolve();
  }
  // Nothing may rely on it: with another Keyv's namespace it finds nothing of ours.
  async *iterator() {
    await Promise.resolve();
    throw new Error('nobody may iterate');
    yield [];
  }
  on() {
    return this;
  }
}

/** The ways of keeping leases in a Keyv: each opens what one process has of it. */
const ADAPTERS: [string, () => () => KeyvLike][] = [
  [
    'an adapter of its own',
    () => {
      const rows = new Map<string, unknown>();
      return () =>
        new Keyv({ store: new SqlAdapter(rows), namespace: 'personas' });
    },
  ],
  [
    'an adapter that another Keyv uses too',
    () => {
      const rows = new Map<string, unknown>();
      return () => {
        const store = new SqlAdapter(rows);
        const ours = new Keyv({ store, namespace: 'personas' });
        void new Keyv({ store, namespace: 'cache' });
        return ours;
      };
    },
  ],
  [
    'no prefix of its keys',
    () => {
      const rows = new Map<string, unknown>();
      return () =>
        new Keyv({ store: new SqlAdapter(rows), useKeyPrefix: false });
    },
  ],
  ...[
    'bot[eu]',
    'bot*',
    'bot?',
    'bot\\x',
    '[a-z]',
    'bot:eu',
    'p{1}',
    '100%_',
  ].map((namespace): [string, () => () => KeyvLike] => [
    `the namespace ${namespace}`,
    () => {
      const rows = new Map<string, unknown>();
      return () => new Keyv({ store: new SqlAdapter(rows), namespace });
    },
  ]),
  [
    'no Keyv, but its methods',
    () => {
      const store = new MapStore();
      return () => store;
    },
  ],
];

describe.each(ADAPTERS)('with %s', (_what, table) => {
  test('the leases and names that a dead process left are found by the next one, once', async () => {
    const open = table();
    const dead = portOn(open());
    const use = useOf(null);
    const short = { leaseMs: 1, claimMs: 1 };
    await dead.acquire(use, short);
    await dead.renew([{ ...use, record: { ...use.record, id: '7' } }], short);
    await settleName(dead, '1', 'adam', ADAM);
    await sleep(5);
    const next = portOn(open());
    const expired = await next.expired(['1']);
    expect(expired.map(([, { id }]) => id)).toEqual(['7']);
    const [entry] = expired;
    if (!entry) throw new Error('nothing has expired');
    expect(await next.claimExpired(entry, OPTIONS)).toBe(true);
    await next.forget('1', entry[0]);
    const third = portOn(open());
    expect(await third.expired(['1'])).toEqual([]);
    expect([...(await third.namesOn('1', [])).keys()]).toEqual(['adam']);
  });

  test('a persona that a living process uses is deleted by no one else', async () => {
    const open = table();
    const [one, two] = [portOn(open()), portOn(open())];
    const use = useOf('7');
    await one.renew([use], OPTIONS);
    expect(await two.expired(['1'])).toEqual([]);
    const leases = await two.leasesOn('1');
    expect(leases.map(([key]) => key)).toEqual([use.key]);
  });
});

describe('a process', () => {
  test('creates nothing before it has read itself back in the list', async () => {
    const store = new MapStore();
    const port = portOn(store);
    const [reading, mayRead] = [gate(), gate()];
    const get = store.get.bind(store);
    store.get = async (key) => {
      if (key === 'processes' && store.all().has('processes')) {
        reading.open();
        await mayRead.opened;
      }
      return get(key);
    };
    let isAcquired = false;
    const acquiring = port.acquire(useOf(null), OPTIONS).then((acquired) => {
      isAcquired = true;
      return acquired;
    });
    await reading.opened;
    await sleep(5);
    expect(isAcquired).toBe(false);
    expect(
      await entriesOf({ ...store, get, set: get, delete: get }),
    ).toHaveLength(1);
    mayRead.open();
    expect(await acquiring).toMatchObject({ as: 'creator' });
  });

  test('that was overwritten in the list adds itself once more', async () => {
    const store = new MapStore();
    const set = store.set.bind(store);
    let overwritten = 0;
    store.set = (key, value) => {
      if (key !== 'processes' || overwritten === 2) return set(key, value);
      overwritten += 1;
      return set(key, { ids: [randomUUID()] });
    };
    const port = portOn(store);
    await port.acquire(useOf(null), OPTIONS);
    expect(await portOn(store).leasesOn('1')).toHaveLength(1);
  });

  test('that is overwritten again and again creates nothing', async () => {
    const store = new MapStore();
    const set = store.set.bind(store);
    store.set = (key, value) =>
      set(key, key === 'processes' ? { ids: [randomUUID()] } : value);
    const port = portOn(store);
    await expect(port.acquire(useOf(null), OPTIONS)).rejects.toThrow(
      PersonaStoreError,
    );
    expect(await port.leasesOn('1')).toEqual([]);
  });

  test('that was dropped from the list adds itself again with each renewal', async () => {
    const store = new MapStore();
    const port = portOn(store);
    const use = useOf('7');
    await port.renew([use], OPTIONS);
    await store.set('processes', { ids: [] });
    expect(await portOn(store).leasesOn('1')).toEqual([]);
    await port.renew([use], OPTIONS);
    expect(await portOn(store).leasesOn('1')).toHaveLength(1);
  });

  test('that wakes and renews a lease that another one has adopted gets it back', async () => {
    const store = new MapStore();
    const [one, two] = [portOn(store), portOn(store)];
    const use = useOf('7');
    await one.renew([use], { leaseMs: 1, claimMs: 1 });
    await sleep(5);
    const [entry] = await two.expired(['1']);
    if (!entry) throw new Error('nothing has expired');
    await two.requeue(entry);
    await one.renew([use], OPTIONS);
    expect(await two.expired(['1'])).toEqual([]);
    const leases = await two.leasesOn('1');
    expect(leases[0]?.[1].expiresAt).toBeGreaterThan(Date.now());
  });

  test('combines many changes in one write, and writes the last state last', async () => {
    const store = new MapStore();
    const set = store.set.bind(store);
    let writes = 0;
    store.set = async (key, value) => {
      if (key.startsWith('process:')) writes += 1;
      await sleep(1);
      return set(key, value);
    };
    const port = portOn(store);
    const uses = Array.from({ length: 100 }, (_, n) => useOf(null, `fly:${n}`));
    await Promise.all(uses.map((use) => port.acquire(use, OPTIONS)));
    expect(writes).toBeLessThanOrEqual(5);
    expect(await portOn(store).leasesOn('1')).toHaveLength(100);
    await Promise.all(uses.map(({ key }) => port.forget('1', key)));
    expect([...store.all().keys()]).toEqual(['processes']);
  });
});

describe('between processes', () => {
  test('an ephemeral persona is not shared', async () => {
    const store = new MapStore();
    for (const port of [portOn(store), portOn(store)]) {
      expect(await port.acquire(useOf(null), OPTIONS)).toMatchObject({
        as: 'creator',
      });
    }
  });

  test('a name, or a sync, waits for the process that claims it', async () => {
    const store = new MapStore();
    const [one, two] = [portOn(store), portOn(store)];
    const [first, second] = [useOf(null, 'sync'), useOf(null, 'sync')];
    expect(await one.acquire(first, OPTIONS)).toMatchObject({ as: 'creator' });
    expect(await two.acquire(second, OPTIONS)).toEqual({
      as: 'waiting',
      name: 'Guest',
    });
    expect(await two.acquire(useOf(null, 'name:x'), OPTIONS)).toMatchObject({
      as: 'creator',
    });
    expect(await one.acquire(first, OPTIONS)).toMatchObject({ as: 'creator' });
    await one.forget('1', first.key);
    expect(await two.acquire(second, OPTIONS)).toMatchObject({ as: 'creator' });
  });

  test('of two that claim a slot at the same time, at most one gets it', async () => {
    for (let time = 0; time < 20; time += 1) {
      const store = new MapStore();
      const acquired = await Promise.all(
        [portOn(store), portOn(store)].map((port) =>
          port.acquire(useOf(null, 'sync'), OPTIONS),
        ),
      );
      const creators = acquired.filter(({ as }) => as === 'creator');
      expect(creators.length).toBeLessThan(2);
    }
  });

  test('the first ID of a name stays, unless a process has seen that it does not work', async () => {
    const store = new MapStore();
    const [one, two] = [portOn(store), portOn(store)];
    const intent = useOf(null, 'name:adam');
    await two.acquire(intent, OPTIONS);
    await settleName(one, '1', 'adam', ADAM);
    const record = { ...ADAM, id: '8' };
    const late = { pageId: '1', slot: intent.slot, record, key: intent.key };
    expect(await two.settle(late)).toBe('7');
    const leases = await one.leasesOn('1');
    expect(leases.map(([key]) => key)).toEqual([intent.key]);
    expect(await two.settle({ ...late, replacedId: '7' })).toBe('8');
    expect(await one.leasesOn('1')).toEqual([]);
  });
});

test('a store that answers slowly delays a step by two seconds in all', async () => {
  const store = new MapStore();
  const get = store.get.bind(store);
  let delayMs = 900;
  store.get = async (key) => {
    await sleep(delayMs);
    return get(key);
  };
  const begun = Date.now();
  const use = useOf(null, 'name:adam');
  await expect(portOn(store).acquire(use, OPTIONS)).rejects.toThrow(
    PersonaStoreError,
  );
  delayMs = 0;
  expect(Date.now() - begun).toBeLessThan(3000);
});

describeWithRedis('with @keyv/redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  test.each(['personas', 'bot[eu]', 'bot*', 'bot?', '[a-z]', 'p{1}'])(
    'and the namespace %s, the leases of a dead process are found, and none of another namespace',
    async (namespace) => {
      const keyvs = [namespace, namespace, 'botx'].map((one) =>
        createKeyv(redis.url, { namespace: one }),
      );
      const [dead, next, neighbour] = keyvs.map(portOn);
      const short = { leaseMs: 1, claimMs: 1 };
      await dead?.renew([useOf('7')], short);
      await neighbour?.renew([useOf('77')], short);
      await sleep(5);
      const expired = (await next?.expired(['1'])) ?? [];
      expect(expired.map(([, { id }]) => id)).toEqual(['7']);
      await Promise.all(keyvs.map((keyv) => keyv.disconnect()));
    },
  );
});
