import { setTimeout as sleep } from 'node:timers/promises';

import { PersonaStoreError } from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';

import { openStore } from '../../../src/store/open';
import type { Acquired, StorePort, Use } from '../../../src/store/port';
import { describeWithRedis } from '../../support/redis';
import { nameOn, settleName } from '../../support/stores';
import {
  openClient,
  PACKAGES,
  type RedisTarget,
} from '../../support/redisClients';
import { ADAM, newPage, OPTIONS, useOf, withId } from '../portContract';
import { RedisCluster } from './redisCluster';
import { SentinelSetup } from './redisSentinel';

/** A store on a client of each package, and what closes them. */
async function openStores(target: RedisTarget) {
  const clients = PACKAGES.map((name) => openClient(name, target));
  await Promise.all(clients.map(({ connected }) => connected));
  return {
    stores: clients.map(({ client }) =>
      openStore(redisStore(client), jest.fn()),
    ),
    closeClients: () => clients.forEach(({ close }) => close()),
  };
}

const MOVES = 20;
const WITHIN_MS = 60_000;

const keyOf = (page: string) => `bottender-persona:{${page}}`;

/** A persona that is in use on the Page, and a name. */
async function fill([store]: StorePort[], page: string): Promise<Use> {
  if (!store) throw new Error('There is no store');
  const use = useOf(page);
  await store.acquire(use, OPTIONS);
  await store.renew([withId(use, '7')], OPTIONS);
  await settleName(store, page, 'adam', ADAM);
  return use;
}

async function expectFilled(store: StorePort, page: string, use: Use) {
  expect(await nameOn(store, page, 'adam')).toEqual(ADAM);
  const user = { as: 'user', key: use.key, id: '7' };
  expect(await store.acquire(useOf(page), OPTIONS)).toMatchObject(user);
}

const TICK_MS = 10;

/**
 * Whether the step succeeded, and how long it took, in milliseconds, counted in ticks:
 * while a busy machine gives this process no time, it does not count.
 */
async function timed(step: () => Promise<unknown>) {
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), TICK_MS);
  const isDone = await step().then(
    () => true,
    (error: unknown) => {
      expect(error).toBeInstanceOf(PersonaStoreError);
      return false;
    },
  );
  clearInterval(ticking);
  return { isDone, ms: ticks * TICK_MS };
}

/** Asks one after the other until it is answered; the rest of the test goes on meanwhile. */
async function untilAnswered(store: StorePort, page: string) {
  const failures: number[] = [];
  for (const begun = Date.now(); Date.now() - begun < WITHIN_MS;) {
    const { isDone, ms } = await timed(() =>
      store.acquire(useOf(page, 'name:adam'), OPTIONS),
    );
    if (isDone) return failures;
    failures.push(ms);
    await sleep(50);
  }
  throw new Error('The store was not used again');
}

/** One waits a second, and those after it do not wait; a client may say once at once that its connection was lost. */
function expectOneWait(failures: number[]) {
  const waits = failures.filter((ms) => ms > 500);
  expect(waits.slice(1)).toEqual([]);
  for (const ms of waits) expect(ms).toBeLessThan(2000);
}

describeWithRedis('a cluster', () => {
  let cluster: RedisCluster;
  let stores: StorePort[];
  let closeClients: () => void = () => {};
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    ({ stores, closeClients } = await openStores({
      cluster: cluster.nodeAddresses,
    }));
  });
  afterAll(async () => {
    closeClients();
    await cluster.close();
  });

  /** A Page on another master than the given one. */
  async function pageElsewhere(page: string): Promise<string> {
    const master = await cluster.clientOf(keyOf(page));
    for (;;) {
      const other = newPage();
      if ((await cluster.clientOf(keyOf(other))) !== master) return other;
    }
  }

  test('that moves a Page to another master: each step finds all of its keys, a little later', async () => {
    const page = newPage();
    const use = await fill(stores, page);
    const user = { as: 'user', key: use.key, id: '7', name: 'Guest' };
    // On a busy machine it may take longer than a handler waits.
    for (let waited = 0, attempt = 1; waited < stores.length; attempt += 1) {
      let acquiring: Promise<Acquired | undefined>[] = [];
      await cluster.moveSlotOf(keyOf(page), async () => {
        acquiring = stores.map((store) =>
          store.acquire(useOf(page), OPTIONS).catch(() => undefined),
        );
        await sleep(100);
      });
      const acquired = (await Promise.all(acquiring)).filter(Boolean);
      expect(acquired).toEqual(acquired.map(() => user));
      waited = acquired.length;
      expect(attempt).toBeLessThan(MOVES);
    }
    for (const store of stores) await expectFilled(store, page, use);
  });

  test('that takes long to move a Page: its steps fail, and those of no other Page', async () => {
    const page = newPage();
    const use = await fill(stores, page);
    const other = await pageElsewhere(page);
    const otherUse = await fill(stores, other);
    await cluster.moveSlotOf(keyOf(page), async () => {
      const steps = await Promise.all(
        stores.map((store) => timed(() => store.acquire(useOf(page), OPTIONS))),
      );
      for (const { isDone, ms } of steps) {
        expect(isDone).toBe(false);
        expect(ms).toBeLessThan(2000);
      }
      for (const store of stores) await expectFilled(store, other, otherUse);
    });
    await Promise.all(stores.map((store) => untilAnswered(store, page)));
    for (const store of stores) await expectFilled(store, page, use);
  });

  test('whose master dies: its Pages wait once, and no other Page; it is used again after the failover', async () => {
    const page = newPage();
    const use = await fill(stores, page);
    const other = await pageElsewhere(page);
    const otherUse = await fill(stores, other);
    const killed = await cluster.killMasterOf(keyOf(page));
    const answered = Promise.all(
      stores.map((store) => untilAnswered(store, page)),
    );
    for (const store of stores) await expectFilled(store, other, otherUse);
    await cluster.failoverOf(keyOf(page));
    for (const failures of await answered) expectOneWait(failures);
    for (const store of stores) await expectFilled(store, page, use);
    await killed.restart();
    await cluster.isWhole();
    for (const store of stores) await expectFilled(store, page, use);
  });
});

describeWithRedis('Sentinel', () => {
  let sentinel: SentinelSetup;
  let stores: StorePort[];
  let closeClients: () => void = () => {};
  beforeAll(async () => {
    sentinel = await SentinelSetup.start();
    ({ stores, closeClients } = await openStores(sentinel.target));
  });
  afterAll(async () => {
    closeClients();
    await sentinel.close();
  });

  test('whose master dies: every Page waits once; it is used again after the failover', async () => {
    const page = newPage();
    const use = await fill(stores, page);
    const killed = await sentinel.killMaster();
    const answered = Promise.all(
      stores.map((store) => untilAnswered(store, page)),
    );
    for (const failures of await answered) expectOneWait(failures);
    for (const store of stores) await expectFilled(store, page, use);
    // The old master comes back as a replica, and is not written to.
    await killed.restart();
    await sentinel.isWhole();
    for (const store of stores) await expectFilled(store, page, use);
  });
});
