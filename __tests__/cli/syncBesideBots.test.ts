import type { MessengerClient } from 'bottender';
import { personas } from 'bottender-persona';

import { checkOptions } from '../../src/checkOptions';
import { takeSnapshot } from '../../src/cli/snapshot';
import { makePlan, type SyncStep } from '../../src/cli/sync/plan';
import { PlanExecutor, type StepResult } from '../../src/cli/sync/planExecutor';
import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';
import { createRuntime } from '../../src/runtime';
import { CUSTOMER, PAGE, startBot, type TestAction } from '../support/bot';
import { clientFor } from '../support/clients';
import { startEmulator } from '../support/emulator';
import { alive, shown } from '../support/emulatorState';
import { createPersona, profile } from '../support/personas';
import { MapStore } from '../support/stores';

const ADAM = profile('Adam');
const greet: TestAction = async (context) => {
  await context.as('adam').sendText('hi');
};
const NAME_KEY = `directory:${PAGE.id}:adam`;

/**
 * A `sync` of a directory that has Adam, from its plan on.
 *
 * @param client the command's
 */
async function planSync(client: MessengerClient, store: KeyvLike) {
  const page = { id: PAGE.id, name: 'Shop', client };
  const options = checkOptions({ store, directory: { adam: ADAM } });
  const runtime = createRuntime(options);
  const snapshot = await takeSnapshot(page, runtime);
  const plan = makePlan(options.directory, snapshot, {
    prune: false,
    isStoreLasting: true,
  });
  return async () => {
    const results: [SyncStep['action'], StepResult][] = [];
    const executor = new PlanExecutor(
      page,
      runtime,
      snapshot,
      ({ action }, result) => results.push([action, result]),
    );
    await executor.run(plan);
    return results;
  };
}

async function startGreeter() {
  const store = new MapStore();
  const plugin = personas({ store, directory: { adam: ADAM } });
  const bot = await startBot({ plugins: [plugin], action: greet });
  return { bot, store, client: clientFor(bot.emulator) };
}

test('a name that a sync and a bot need at the same time gets one persona', async () => {
  const { bot, store, client } = await startGreeter();
  const { emulator } = bot;
  const sync = await planSync(client, store);
  emulator.fail({ method: 'POST', path: '/me/personas', delayMs: 500 });
  let greeted: Promise<void> | undefined;
  client.axios.interceptors.request.use((request) => {
    if (request.method === 'post') greeted ??= bot.say('hello');
    return request;
  });
  const results = await sync();
  await greeted;
  const [adam, ...others] = emulator.state().personas;
  expect(others).toEqual([]);
  expect(results).toEqual([['create', { status: 'done', id: adam?.id }]]);
  expect(shown(emulator, CUSTOMER)).toEqual(['Adam: hi']);
  expect(await store.get(NAME_KEY)).toEqual({ ...ADAM, id: adam?.id });
});

test('a name that a bot has created since the plan keeps its persona', async () => {
  const { bot, store, client } = await startGreeter();
  const { emulator } = bot;
  const sync = await planSync(client, store);
  await bot.say('hello');
  const [adam] = emulator.state().personas;
  expect(await sync()).toEqual([['create', { status: 'done', id: adam?.id }]]);
  expect(alive(emulator)).toEqual(['Adam']);
});

/** A store in which another process records a persona of Adam before each of the next reads. */
class ContestedStore extends MapStore {
  contests = 0;
  private lastId = 1000;

  override get(key: string): Promise<unknown> {
    if (key !== NAME_KEY || this.contests === 0) return super.get(key);
    this.contests -= 1;
    this.lastId += 1;
    return Promise.resolve({ ...ADAM, id: String(this.lastId) });
  }
}

test('a sync records its persona over those that others record meanwhile', async () => {
  const { store, id, sync } = await planRecord();
  store.contests = 3;
  expect(await sync()).toEqual([['record', { status: 'done', id }]]);
  expect(await store.get(NAME_KEY)).toEqual({ ...ADAM, id });
});

test('a sync whose record others keep replacing ends, and says so', async () => {
  const { store, sync } = await planRecord();
  store.contests = Infinity;
  const reason =
    'Other processes keep recording another persona for the name "adam": run sync again.';
  expect(await sync()).toEqual([['record', { status: 'failed', reason }]]);
});

/** A sync that only has to record the Adam of the Page. */
async function planRecord() {
  const emulator = await startEmulator();
  const store = new ContestedStore();
  const id = await createPersona(emulator, ADAM.name);
  return { store, id, sync: await planSync(clientFor(emulator), store) };
}
