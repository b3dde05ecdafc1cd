import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { startBot, type RunningBot } from '../../support/bot';
import { compiledPackage } from '../../support/compiled';
import { alive, shown } from '../../support/emulatorState';
import { profile } from '../../support/personas';
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../../support/redis';
import { FleetProcess, type FleetJob } from './fleetProcess';

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
      text: fc.constantFrom('name adam', 'name eve', 'fly Ann', 'fly Bob'),
    }),
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
  let packagePath: string;
  beforeAll(() => {
    packagePath = compiledPackage();
  });

  test('leave one persona per name and reported suspects only, and show no message twice or as a wrong persona', async () => {
    await fc.assert(
      fc.asyncProperty(scene, (played) => play(packagePath, played)),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

async function play(packagePath: string, { delayMs, steps }: Scene) {
  const redis: RedisServer = await startRedis();
  const bot: RunningBot = await startBot();
  const { emulator } = bot;
  const job: FleetJob = {
    packagePath,
    origin: emulator.origin,
    redisUrl: redis.url,
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
    const handling: Promise<unknown>[] = [];
    const said: string[] = [];
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
    }
    for (const process of fleet) process.signal('SIGCONT');
    await Promise.all(handling);
    await Promise.all(fleet.map((process) => process.close()));

    const spoken = shown(emulator).map((line) => /^(\S+): (.*)$/.exec(line));
    const texts = spoken.map((found) => found?.[2] ?? '');
    expect(new Set(texts).size).toBe(texts.length);
    for (const found of spoken) {
      const [, speaker = '', text = ''] = found ?? [];
      const [, name = ''] = text.split(' ');
      expect(['Page', SHOWN[name] ?? name]).toContain(speaker);
    }

    // A process that was stopped for longer than its lease is taken for dead.
    if (!steps.some(({ does }) => does === 'stop')) {
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
    await redis.close();
  }
}
