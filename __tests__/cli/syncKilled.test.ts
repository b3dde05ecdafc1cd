import type { MessengerEmulator } from 'messenger-emulator';

import { checkOptions } from '../../src/checkOptions';
import { takeSnapshot } from '../../src/cli/snapshot';
import { makePlan } from '../../src/cli/sync/plan';
import { PlanExecutor } from '../../src/cli/sync/planExecutor';
import { createRuntime } from '../../src/runtime';
import { PAGE } from '../support/bot';
import { clientFor } from '../support/clients';
import { startEmulator } from '../support/emulator';
import { alive } from '../support/emulatorState';
import { profile } from '../support/personas';
import { MapStore } from '../support/stores';

const OLD = { ...profile('Adam'), profilePictureUrl: 'https://a.test/old.png' };
const NEW = { ...profile('Adam'), profilePictureUrl: 'https://a.test/new.png' };

/** Ends a process at its nth step: of what comes after it hears nothing any more. */
class Death {
  private steps = 0;
  private die: () => void = () => {};
  readonly dead = new Promise<'dead'>((resolve) => {
    this.die = () => resolve('dead');
  });

  constructor(
    private readonly at: number,
    private readonly when: 'before' | 'after',
  ) {}

  async step<T>(run: () => Promise<T>): Promise<T> {
    this.steps += 1;
    const silence = new Promise<T>(() => {});
    if (this.steps > this.at) return silence;
    if (this.steps < this.at) return run();
    if (this.when === 'after') await run().catch(() => {});
    this.die();
    return silence;
  }
}

/** `sync` of a directory that has Adam with this picture. */
async function sync(
  emulator: MessengerEmulator,
  store: MapStore,
  adam: typeof OLD,
  death?: Death,
): Promise<'dead' | 'done'> {
  const client = clientFor(emulator);
  const page = { id: PAGE.id, name: 'Shop', client };
  const runtime = createRuntime(checkOptions({ store, directory: { adam } }));
  const snapshot = await takeSnapshot(page, runtime);
  const plan = makePlan(runtime.settings.directory, snapshot, {
    prune: false,
    isStoreLasting: true,
  });
  if (death) {
    const set = store.set.bind(store);
    const request = client.axios.request.bind(client.axios);
    const mortal = Object.assign(new MapStore(), {
      get: store.get.bind(store),
      delete: store.delete.bind(store),
      set: (key: string, value: unknown) => death.step(() => set(key, value)),
    });
    client.axios.request = (config) => death.step(() => request(config));
    Object.assign(
      runtime,
      createRuntime(checkOptions({ store: mortal, directory: { adam } })),
    );
  }
  const executor = new PlanExecutor(page, runtime, snapshot, () => {});
  const done = executor.run(plan).then(() => 'done' as const);
  return death ? Promise.race([done, death.dead]) : done;
}

test.each(
  Array.from({ length: 12 }, (_, i) => i + 1).flatMap((step) => [
    [step, 'before'] as const,
    [step, 'after'] as const,
  ]),
)(
  'killed at step %i, %s it: the next sync leaves one persona, with the right picture',
  async (step, when) => {
    const emulator = await startEmulator();
    const store = new MapStore();
    expect(await sync(emulator, store, OLD)).toBe('done');
    const ended = await sync(emulator, store, NEW, new Death(step, when));
    expect(ended).toBe('dead');
    expect(await sync(emulator, store, NEW)).toBe('done');
    expect(alive(emulator)).toEqual(['Adam']);
    const [persona] = emulator
      .state()
      .personas.filter(({ deleted }) => !deleted);
    expect(await store.get(`directory:${PAGE.id}:adam`)).toEqual({
      ...NEW,
      id: persona?.id,
    });
  },
);
