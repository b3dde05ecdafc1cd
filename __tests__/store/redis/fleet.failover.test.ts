import { setTimeout as sleep } from 'node:timers/promises';

import { CUSTOMER, PAGE, type RunningBot, startBot } from '../../support/bot';
import { alive, shown } from '../../support/emulatorState';
import { profile } from '../../support/personas';
import { describeWithRedis } from '../../support/redis';
import {
  type RedisPackage,
  type RedisTarget,
} from '../../support/redisClients';
import { type FleetJob, FleetProcess, type Handled } from './fleetProcess';
import { RedisCluster, until } from './redisCluster';
import { SentinelSetup } from './redisSentinel';

const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };
const SHOWN: Record<string, string> = { adam: 'Adam', eve: 'Eve' };
const TEXTS = ['name adam', 'fly Ann', 'name eve', 'fly Bob'];
const PREFIX = 'fleet';
const KEY = `${PREFIX}:{${PAGE.id}}`;
const LEASE_MS = 1000;
/** One handler waits a second to acquire, and another to release. */
const ONCE_MS = 2000;
const AT_ONCE_MS = 500;
/** What a busy machine may add. */
const BUSY_MS = 3000;
const EVERY_MS = 100;

describeWithRedis('a fleet of different clients', () => {
  let bot: RunningBot;
  let fleet: FleetProcess[] = [];
  beforeEach(async () => {
    bot = await startBot();
    await bot.emulator.say(CUSTOMER, 'hi');
  });
  afterEach(async () => {
    await Promise.all(fleet.map((process) => process.kill()));
    fleet = [];
  });

  async function start(clients: RedisPackage[], target: RedisTarget) {
    const job: FleetJob = {
      origin: bot.emulator.origin,
      directory: DIRECTORY,
      ephemeral: { leaseMs: LEASE_MS, lingerMs: 200 },
      target,
      prefix: PREFIX,
    };
    const started = await Promise.all(
      clients.map((client) => FleetProcess.start({ ...job, client })),
    );
    fleet.push(...started);
    return started;
  }

  /** Messages through all processes, one after the other and some at once. */
  function traffic(processes: FleetProcess[]) {
    const said: string[] = [];
    const handled: { begunAt: number; handling: Promise<Handled> }[] = [];
    let isOver = false;
    const talk = async () => {
      for (let round = 0; !isOver; round += 1) {
        for (const process of processes) {
          const text = `${TEXTS[round % TEXTS.length]} ${said.length}`;
          said.push(text);
          const handling = process.handle(CUSTOMER, text);
          handled.push({ begunAt: Date.now(), handling });
        }
        await sleep(EVERY_MS);
      }
    };
    const talked = talk();
    return {
      said,
      end: async () => {
        isOver = true;
        await talked;
        return Promise.all(
          handled.map(async ({ begunAt, handling }) => ({
            begunAt,
            ...(await handling),
          })),
        );
      },
    };
  }

  /** Nothing lost, nothing twice, each under its name. */
  function expectSaid(said: string[]) {
    const lines = shown(bot.emulator).sort();
    const expected = said.map((text) => {
      const [, name = ''] = text.split(' ');
      return `${SHOWN[name] ?? name}: ${text}`;
    });
    expect(lines).toEqual(expected.sort());
  }

  /** One persona a name, and nothing else, once the leases have been swept. */
  async function expectRest(processes: FleetProcess[]) {
    const atRest = () => alive(bot.emulator).sort().join() === 'Adam,Eve';
    await until(`at rest, with ${alive(bot.emulator).join()}`, async () => {
      await processes[0]?.handle(CUSTOMER, 'name adam');
      await sleep(100);
      return atRest();
    });
    await Promise.all(processes.map((process) => process.close()));
    expect(atRest()).toBe(true);
  }

  test('continues while slots of the cluster move, and when a master dies', async () => {
    const cluster = await RedisCluster.start();
    try {
      const target = { cluster: cluster.nodeAddresses };
      const processes = await start(['ioredis', 'redis', 'redis6'], target);
      const { said, end } = traffic(processes);
      await sleep(500);
      await cluster.moveSlotOf(KEY, () => sleep(200));
      await sleep(500);
      const killedAt = Date.now();
      const killed = await cluster.killMasterOf(KEY);
      await cluster.failoverOf(KEY);
      await killed.restart();
      await cluster.isWhole();
      await cluster.moveSlotOf(KEY, () => sleep(200));
      await sleep(500);
      expectQuick(await end(), killedAt);
      expectSaid(said);
      await expectRest(processes);
    } finally {
      await cluster.close();
    }
  });

  test("continues when Sentinel's master dies", async () => {
    const sentinel = await SentinelSetup.start();
    try {
      const { target } = sentinel;
      const processes = await start(['iovalkey', 'ioredis4', 'redis'], target);
      const { said, end } = traffic(processes);
      await sleep(500);
      const killedAt = Date.now();
      const killed = await sentinel.killMaster();
      await killed.restart();
      await sentinel.isWhole();
      await sleep(500);
      expectQuick(await end(), killedAt);
      expectSaid(said);
      await expectRest(processes);
    } finally {
      await sentinel.close();
    }
  });
});

/** Handlers waited for the dead master once, and not after that. */
function expectQuick(
  handled: (Handled & { begunAt: number })[],
  killedAt: number,
) {
  expect(handled.filter(({ error }) => error)).toEqual([]);
  const slowest = Math.max(...handled.map(({ ms }) => ms));
  expect(slowest).toBeLessThan(ONCE_MS + BUSY_MS);
  const later = handled
    .filter(({ begunAt }) => begunAt > killedAt + ONCE_MS)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  // On a busy machine, a client may lose its connection once more.
  expect(later[Math.floor(later.length / 2)]).toBeLessThan(AT_ONCE_MS);
}
