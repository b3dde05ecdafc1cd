import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { checkOptions } from '../../src/checkOptions';
import { PersonaHandle } from '../../src/ephemeral/handle';
import { createRuntime, type Runtime } from '../../src/runtime';
import { MemoryStore } from '../../src/store/memory';
import { PAGE, startBot } from '../support/bot';
import { clientFor } from '../support/clients';
import { advanceTime } from '../support/clock';
import { alive } from '../support/emulatorState';
import { profile } from '../support/personas';

const PROCESSES = 3;
/** A name, and a persona for blocks. */
const WANTED = ['adam', 'Ann'] as const;

const scene = fc.record({
  /** How long Messenger takes to create a persona. */
  delayMs: fc.constantFrom(0, 30, 150),
  uses: fc.array(
    fc.record({
      by: fc.nat({ max: PROCESSES - 1 }),
      wants: fc.constantFrom(...WANTED),
      afterMs: fc.nat({ max: 100 }),
    }),
    { minLength: 4, maxLength: 12 },
  ),
  /** When the first process is killed, if it is. */
  killAfterMs: fc.option(fc.nat({ max: 150 })),
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

/** A process on the store, until it is killed: then nothing of it arrives there any more. */
class MortalProcess {
  isDead = false;
  readonly runtime: Runtime;

  constructor(store: MemoryStore) {
    const settings = checkOptions({
      directory: { adam: profile('Adam') },
      ephemeral: { leaseMs: 1000 },
      onCleanupError: () => {},
    });
    const mortal = new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown =>
          this.isDead
            ? new Promise(() => {})
            : Reflect.apply(value, target, args);
      },
    });
    this.runtime = createRuntime({ ...settings, store: mortal });
  }
}

async function play({ delayMs, uses, killAfterMs }: Scene): Promise<void> {
  const bot = await startBot();
  const { emulator } = bot;
  const store = new MemoryStore();
  const page = { id: PAGE.id, client: clientFor(emulator) };
  const processes = Array.from(
    { length: PROCESSES },
    () => new MortalProcess(store),
  );
  emulator.fail({ method: 'POST', path: '/me/personas', delayMs });
  const handles: PersonaHandle[] = [];
  const ids = new Map<string, Set<string>>(
    WANTED.map((wanted) => [wanted, new Set()]),
  );
  const use = async ({ by, wants, afterMs }: Scene['uses'][number]) => {
    await sleep(afterMs);
    const process = processes[by];
    if (!process || process.isDead) return;
    const { directory, pool } = process.runtime;
    const using =
      wants === 'adam'
        ? Promise.resolve(directory.idOf(page, wants))
        : PersonaHandle.take(pool, page, profile(wants)).then((handle) => {
            handles.push(handle);
            return handle.persona.id;
          });
    if (by === 0 && killAfterMs !== null) {
      // Nobody waits for what a killed process had begun.
      using.catch(() => {});
      return;
    }
    ids.get(wants)?.add(await using);
  };
  const killing = async () => {
    if (killAfterMs === null) return;
    await sleep(killAfterMs);
    const [first] = processes;
    if (first) first.isDead = true;
  };
  await Promise.all([killing(), ...uses.map(use)]);
  for (const found of ids.values()) expect(found.size).toBeLessThan(2);
  if (killAfterMs === null) {
    const names = alive(emulator);
    expect(names).toHaveLength(new Set(names).size);
  }
  for (const handle of handles) void handle.release();
  const living = processes.filter(({ isDead }) => !isDead);
  await Promise.all(living.map(({ runtime }) => runtime.pool.close(2000)));

  // What the killed one used expires, and is swept.
  advanceTime(5000);
  const [, sweeper] = processes;
  const swept = await sweeper?.runtime.sweeper.sweep(page.client);
  const suspects = swept?.suspects.map(({ name }) => name) ?? [];
  const left = alive(emulator);
  for (const suspect of suspects) left.splice(left.indexOf(suspect), 1);
  expect(left).toEqual(left.includes('Adam') ? ['Adam'] : []);
  await bot.close();
}

test('all processes get the same persona for a name or a block, even if one of them dies at any moment', async () => {
  await fc.assert(fc.asyncProperty(scene, play), {
    numRuns: Number(process.env.OBTAINS ?? 10),
    endOnFailure: true,
  });
});
