import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { PAGE, type RunningBot, startBot } from '../../support/bot';
import { alive, shown } from '../../support/emulatorState';
import { deletePersona, profile } from '../../support/personas';
import {
  describeWithRedis,
  type RedisServer,
  startRedis,
} from '../../support/redis';
import {
  type RedisPackage,
  type RedisTarget,
} from '../../support/redisClients';
import { type FleetJob, FleetProcess, type Handled } from './fleetProcess';
import { RedisCluster } from './redisCluster';

const RUNS = Number(process.env.FLEET ?? 1);
const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };
const SHOWN: Record<string, string> = { adam: 'Adam', eve: 'Eve' };
const LEASE_MS = 1000;
const PROCESSES = 3;

const who = fc.nat({ max: PROCESSES - 1 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('say' as const),
      who,
      text: fc.constantFrom(
        ...['name adam', 'name eve', 'fly Ann', 'fly Bob'],
        // Half of an emoji, which nothing may be made of.
        'fly Ann\ud83c',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('lag' as const),
      who,
      ms: fc.oneof(fc.constant(0), fc.integer({ min: 300, max: 1500 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('set the clock' as const),
      who,
      ms: fc.constantFrom(-3_600_000, 0, 3_600_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('vanish' as const), who }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('kill' as const, 'stop' as const, 'go on' as const),
      who,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      who,
      ms: fc.integer({ min: 1, max: 1500 }),
    }),
  },
);
const scene = fc.record({
  delayMs: fc.constantFrom(0, 50, 400),
  steps: fc.array(step, { minLength: 8, maxLength: 20 }),
});

jest.setTimeout(RUNS * 150_000);

describeWithRedis('processes that are killed, suspended and continued', () => {
  let redis: RedisServer;
  let cluster: RedisCluster;
  beforeAll(async () => {
    [redis, cluster] = await Promise.all([startRedis(), RedisCluster.start()]);
  });
  afterAll(() => Promise.all([redis.close(), cluster.close()]));

  const server = () => ({ target: { url: redis.url } });
  const SETTINGS: [string, RedisPackage, () => Setting][] = [
    ['node-redis', 'redis', server],
    ['ioredis', 'ioredis', server],
    [
      'ioredis on a cluster whose slots move',
      'ioredis',
      () => ({ target: { cluster: cluster.nodeAddresses }, cluster }),
    ],
    [
      'node-redis on a cluster whose slots move',
      'redis6',
      () => ({ target: { cluster: cluster.nodeAddresses }, cluster }),
    ],
  ];

  test.each(SETTINGS)(
    'with %s leave one persona per name and reported suspects only, and show no message twice or as a wrong persona',
    async (_what, client, setting) => {
      await fc.assert(
        fc.asyncProperty(scene, (played) =>
          play(played, { client, ...setting() }),
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
  );
});

interface Setting {
  target: RedisTarget;
  /** Its slot of the Page moves while the scene is played. */
  cluster?: RedisCluster;
}

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

async function play(
  { delayMs, steps }: Scene,
  { client, target, cluster }: Setting & { client: RedisPackage },
) {
  const bot: RunningBot = await startBot();
  const { emulator } = bot;
  const prefix = randomUUID();
  const job: FleetJob = {
    origin: emulator.origin,
    client,
    target,
    prefix,
    directory: DIRECTORY,
    ephemeral: { leaseMs: LEASE_MS, lingerMs: 200 },
  };
  const start = () => FleetProcess.start(job);
  const all: FleetProcess[] = [];
  const fleet = await Promise.all(Array.from({ length: PROCESSES }, start));
  all.push(...fleet);
  try {
    await emulator.say('2001', 'hi');
    emulator.fail({ method: 'POST', path: '/me/personas', delayMs });
    const handling: Promise<Handled>[] = [];
    const said: string[] = [];
    let vanished = 0;
    const moving = cluster && moveSlots(cluster, prefix);
    for (const one of steps) {
      const process = fleet[one.who];
      if (!process) continue;
      if (one.does === 'say') {
        const text = `${one.text} ${said.length}`;
        said.push(text);
        handling.push(process.handle('2001', text));
        // Some at the same instant, others one after the other.
        await sleep(said.length % 3 === 0 ? 30 : 0);
      }
      if (one.does === 'kill') {
        await process.kill();
        const next = await start();
        all.push(next);
        fleet[one.who] = next;
      }
      if (one.does === 'stop') process.signal('SIGSTOP');
      if (one.does === 'go on') process.signal('SIGCONT');
      if (one.does === 'wait') await sleep(one.ms);
      if (one.does === 'lag') process.trouble({ lagMs: one.ms });
      if (one.does === 'set the clock') process.trouble({ clockMs: one.ms });
      // Somebody deletes the Page's personas, twice at the most.
      if (one.does === 'vanish' && (vanished += 1) <= 2) {
        const { personas } = emulator.state();
        const ids = personas.filter(({ deleted }) => !deleted);
        const deleting = ids.map(({ id }) => deletePersona(emulator, id));
        // Their processes may delete some at the same moment.
        await Promise.allSettled(deleting);
      }
    }
    for (const process of fleet) {
      process.signal('SIGCONT');
      process.trouble({ lagMs: 0 });
    }
    const handled = await Promise.all(handling);
    await moving?.end();
    await Promise.all(fleet.map((process) => process.close()));

    const spoken = shown(emulator).map((line) => /^(\S+): (.*)$/.exec(line));
    const texts = spoken.map((found) => found?.[2] ?? '');
    expect(new Set(texts).size).toBe(texts.length);
    // No message is lost, but what a killed process had to say, or nothing may be made of.
    const lost = said.filter(
      (text, at) =>
        !texts.includes(text) &&
        !text.includes('\ud83c') &&
        handled[at]?.error !== 'killed',
    );
    expect(lost).toEqual([]);
    for (const found of spoken) {
      const [, speaker = '', text = ''] = found ?? [];
      const [, name = ''] = text.split(' ');
      expect(['Page', SHOWN[name] ?? name]).toContain(speaker);
    }

    const has = (what: string) => steps.some(({ does }) => does === what);
    // A process that was stopped for longer than its lease is taken for dead, and
    // one whose store lags may not have renewed its leases.
    if (!has('stop') && !has('lag') && !has('vanish')) {
      const refused = emulator
        .state()
        .requests.filter(
          ({ method, path, error }) =>
            method === 'POST' && path === '/me/messages' && error,
        );
      expect(refused).toEqual([]);
    }

    const sweeper = await start();
    all.push(sweeper);
    const suspects = () =>
      sweeper.told.filter((told) => told.startsWith('PersonaSuspected'));
    // Its first event sweeps, and then its timer.
    const rest = () => {
      const left = alive(emulator);
      const named = ['Adam', 'Eve'].map(
        (name) => left.filter((one) => one === name).length - 1,
      );
      const surplus = named.reduce((sum, count) => sum + Math.max(0, count), 0);
      const onTheFly = left.filter((name) => !['Adam', 'Eve'].includes(name));
      return surplus + onTheFly.length - suspects().length;
    };
    // Of what a process did while its store was away, nobody knows once it is killed.
    if (has('lag') && has('kill')) return;
    const deadline = Date.now() + 15_000;
    await sweeper.handle('2001', 'name adam last');
    while (rest() > 0 && Date.now() < deadline) await sleep(100);
    expect({
      left: alive(emulator),
      suspects: suspects(),
      untold: Math.max(0, rest()),
    }).toMatchObject({ untold: 0 });
    await sweeper.close();
  } finally {
    await Promise.all(all.map((process) => process.kill()));
  }
}

/** Moves the Page's slot from master to master until it is told to end. */
function moveSlots(cluster: RedisCluster, prefix: string) {
  let isOver = false;
  const move = async () => {
    while (!isOver) {
      await cluster.moveSlotOf(`${prefix}:{${PAGE.id}}`, () => sleep(50));
      await sleep(200);
    }
  };
  const moved = move();
  moved.catch(() => {});
  return {
    end(): Promise<void> {
      isOver = true;
      return moved;
    },
  };
}
