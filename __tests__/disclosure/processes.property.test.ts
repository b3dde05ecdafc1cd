import fc from 'fast-check';

import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../support/redis';
import { runs } from '../support/runs';
import {
  KILL_POINTS,
  play,
  type Round,
  type Send,
  type Trouble,
} from './conversationScene';
import { checkCoverage, checkOrder } from './disclosureModel';
import type { StoreKind } from './speakerProcess';

const RUNS = Number(process.env.FLEET ?? 1);
/** Time passes as it does, for Redis has a clock of its own. */
const LAPSE_MS = 3000;
const PROCESSES = 3;
const CUSTOMERS = 3;

interface Script {
  readonly store: StoreKind;
  readonly rounds: readonly Round[];
}

const process_ = fc.nat(PROCESSES - 1);
const send: fc.Arbitrary<Send> = fc.record({
  customer: fc.nat(CUSTOMERS - 1),
  process: process_,
  speaker: fc.constantFrom('max', 'max', 'adam'),
  afterMs: fc.constantFrom(0, 0, 1, 5, 20, 200),
  refused: fc.oneof(
    { weight: 10, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('disclosure', 'message') },
  ),
});
const sends = fc.array(send, { minLength: 5, maxLength: 12 });

const TROUBLES: { [K in Trouble['type']]: fc.Arbitrary<Trouble> } = {
  none: fc.constant({ type: 'none' }),
  lapse: fc.constant({ type: 'lapse' }),
  slow: fc.record({
    type: fc.constant('slow'),
    process: process_,
    before: fc.constantFrom('delivery', 'answer'),
  }),
  kill: fc.record({
    type: fc.constant('kill'),
    process: process_,
    point: fc.constantFrom(...KILL_POINTS),
  }),
  away: fc.record({
    type: fc.constant('away'),
    how: fc.constantFrom('pause', 'refuse'),
    processes: fc.subarray([0, 1, 2], { minLength: 1 }),
  }),
};

/** Each of these troubles once, in any order, with any messages. */
function script(
  store: StoreKind,
  troubles: readonly Trouble['type'][],
): fc.Arbitrary<Script> {
  const rounds = fc
    .shuffledSubarray([...troubles.keys()], { minLength: troubles.length })
    .chain((order) =>
      fc.tuple(
        ...order.map((at) =>
          fc.record({ sends, trouble: TROUBLES[troubles[at] ?? 'none'] }),
        ),
      ),
    );
  return fc.record({ store: fc.constant(store), rounds });
}

const SHARED = [
  ...['none', 'none', 'slow', 'slow', 'lapse', 'kill', 'kill', 'away', 'away'],
] as Trouble['type'][];
const LONELY: Trouble['type'][] = ['none', 'none', 'slow', 'lapse'];

jest.setTimeout(RUNS * 150_000);

describeWithRedis('processes that speak to the same customers', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  async function check({ store, rounds }: Script): Promise<void> {
    const isAlone = store === 'memory';
    const attempts = await play(isAlone ? rounds.map(inOneProcess) : rounds, {
      store,
      redisPort: redis.port,
      lapseMs: LAPSE_MS,
    });
    if (store === 'keyv') checkCoverage(attempts, LAPSE_MS);
    else checkOrder(attempts, LAPSE_MS);
  }

  test('customers read each disclosure where it is due', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(
          ...Array.from({ length: runs(3) }, () => script('redis', SHARED)),
          script('keyv', SHARED),
          script('memory', LONELY),
        ),
        async (scripts) => {
          // Most of the time of each is waiting.
          const results = await Promise.allSettled(scripts.map(check));
          const failures = results.flatMap((result) =>
            result.status === 'rejected' ? [result.reason as Error] : [],
          );
          if (failures.length > 0)
            throw new AggregateError(
              failures,
              failures.map(({ message }) => message).join('\n\n'),
            );
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

function inOneProcess({ sends: given, trouble }: Round): Round {
  const sends = given.map((each) => ({ ...each, process: 0 }));
  return {
    sends,
    trouble: 'process' in trouble ? { ...trouble, process: 0 } : trouble,
  };
}
