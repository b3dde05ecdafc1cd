import { personas, type OnCleanupError } from 'bottender-persona';
import type { Fault } from 'messenger-emulator';

import { APP_SECRET, PAGE, type RunningBot, startBot } from '../support/bot';
import { alive, calls } from '../support/emulatorState';
import { gate } from '../support/gate';
import { profile } from '../support/personas';
import { watchedStore, type WatchedStore } from '../support/stores';

const LEASE_MS = 1000;
const ADAM = profile('Adam');

let bot: RunningBot;
let store: WatchedStore;
let plugin: ReturnType<typeof personas>;
/** Which Graph calls had been answered at each write. */
let callsAtWrite: string[][];
const onCleanupError = jest.fn<void, Parameters<OnCleanupError>>();

beforeEach(() => start());

async function start(lingerMs = 0) {
  onCleanupError.mockReset();
  callsAtWrite = [];
  store = watchedStore(() => callsAtWrite.push(calls(bot.emulator)));
  plugin = personas({
    store: store.keyv,
    ephemeral: { leaseMs: LEASE_MS, lingerMs },
    onCleanupError,
    onRefused: () => {},
  });
  bot = await startBot({ plugins: [plugin] });
}

async function speak(during?: () => Promise<void>): Promise<void> {
  await bot.run(async (context) => {
    await context.withEphemeralPersona(ADAM, async () => {
      await during?.();
      await context.sendText('hi');
    });
  });
  expect(bot.errors).toEqual([]);
}

test('the intent is written before the creation, the ID after it and before the handler runs', async () => {
  const begun = Date.now();
  let atHandler: unknown;
  await speak(async () => {
    atHandler = await store.records();
  });
  const [made] = bot.emulator.state().personas;
  const expiresAt = expect.any(Number) as number;
  const record = { pageId: PAGE.id, id: made?.id, ...ADAM, expiresAt };
  // A busy machine may renew the lease in between.
  const isFirst = store.writes.map(
    ({ record: written }, at) =>
      written?.id !== store.writes[at - 1]?.record?.id || written === null,
  );
  const written = store.writes.filter((_, at) => isFirst[at]);
  expect(written.map((write) => write.record)).toEqual([
    { ...record, id: null },
    record,
    null,
  ]);
  expect(callsAtWrite.filter((_, at) => isFirst[at])).toEqual([
    [],
    ['POST /me/personas'],
    ['POST /me/personas', 'POST /me/messages', `DELETE /${made?.id}`],
  ]);
  expect(atHandler).toEqual([record]);
  expect(store.writes[0]?.record?.expiresAt).toBeGreaterThanOrEqual(
    begun + LEASE_MS,
  );
});

test('all who share a persona share one lease', async () => {
  await start(60_000);
  await speak();
  await speak();
  expect(await store.records()).toHaveLength(1);
  await plugin.close();
  expect(await store.records()).toEqual([]);
});

test('a lease is renewed while the persona is in use', async () => {
  const goOn = gate();
  const speaking = speak(() => goOn.opened);
  const { id, expiresAt } = await store.next((record) => record?.id != null);
  const renewed = await store.next((record) => record?.id === id);
  expect(renewed).toEqual({
    pageId: PAGE.id,
    id,
    ...ADAM,
    expiresAt: expect.any(Number) as number,
  });
  // By a third of the lease, so that one missed renewal costs nothing.
  const gained = renewed.expiresAt - expiresAt;
  expect(gained).toBeGreaterThan(LEASE_MS / 10);
  expect(gained).toBeLessThan(LEASE_MS * 0.9);
  goOn.open();
  await speaking;
});

test('a lease is renewed while the persona lingers', async () => {
  await start(60_000);
  await speak();
  const [persona] = bot.emulator.state().personas;
  const renewed = await store.next((record) => record !== null);
  expect(renewed.id).toBe(persona?.id);
  await plugin.close();
});

test('a lease is kept while the deletion is tried again', async () => {
  bot.emulator.fail({ method: 'DELETE', status: 503, times: 1 });
  await speak();
  expect(await store.records()).toHaveLength(1);
  await plugin.close();
  expect(await store.records()).toEqual([]);
});

test('a persona that could not be deleted leaves its lease to the sweep', async () => {
  bot.emulator.fail({
    method: 'DELETE',
    error: { code: 200, message: 'No permission' },
  });
  await speak();
  await plugin.close();
  const [made] = bot.emulator.state().personas;
  expect(await store.records()).toEqual([
    expect.objectContaining({ id: made?.id }),
  ]);
  expect(onCleanupError).toHaveBeenCalledTimes(1);
});

describe('the intent of a creation', () => {
  const failing = (fault: Fault) =>
    bot.emulator.fail({ method: 'POST', path: '/me/personas', ...fault });

  test('whose answer was lost stays, and names the persona that was created', async () => {
    failing({ connection: 'break-after', times: 1 });
    await speak();
    expect(alive(bot.emulator)).toEqual(['Adam']);
    expect(await store.records()).toEqual([
      expect.objectContaining({ pageId: PAGE.id, id: null, ...ADAM }),
    ]);
  });

  test('that may have happened stays, one for each try', async () => {
    failing({ status: 503 });
    await speak();
    const records = await store.records();
    expect(records.map(({ id, name }) => [id, name])).toEqual(
      Array(3).fill([null, 'Adam']),
    );
  });

  test.each<[string, Fault]>([
    ['was refused', { error: { code: 200, message: 'No permission' } }],
    ['met a rate limit', { error: { code: 613, message: 'Too many calls' } }],
  ])('that %s is removed', async (_what, fault) => {
    failing(fault);
    await speak();
    expect(store.writes.length).toBeGreaterThan(0);
    expect(await store.records()).toEqual([]);
  });
});

test('no record contains a token', async () => {
  await start(60_000);
  await bot.run(async (context) => {
    await context.withEphemeralPersona(ADAM, () => context.sendText('hi'));
  });
  await store.next((record) => record !== null);
  await plugin.close();
  const written = JSON.stringify(store.writes);
  expect(written).not.toContain(PAGE.accessToken);
  expect(written).not.toContain(APP_SECRET);
  for (const { record } of store.writes) {
    if (!record) continue;
    expect(Object.keys(record).sort()).toEqual([
      'expiresAt',
      'id',
      'name',
      'pageId',
      'profilePictureUrl',
    ]);
  }
});
