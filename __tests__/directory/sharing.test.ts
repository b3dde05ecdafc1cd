import { randomUUID } from 'node:crypto';

import { checkOptions } from '../../src/checkOptions';
import { slotOf } from '../../src/ephemeral/pool';
import { PersonaHandle } from '../../src/ephemeral/handle';
import type { Page } from '../../src/graph/page';
import { createRuntime, type Runtime } from '../../src/runtime';
import { MemoryStore } from '../../src/store/memory';
import type { NamedRecord, Use } from '../../src/store/port';
import { PAGE, type RunningBot, startBot } from '../support/bot';
import { clientFor } from '../support/clients';
import { alive, calls } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';
import { nameOn, settleName } from '../support/stores';

const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };
const LIST = { method: 'GET', path: '/me/personas' };
const CREATION = { method: 'POST', path: '/me/personas' };

/** Several runtimes on one store, as processes of a fleet have it. */
let bot: RunningBot;
let store: MemoryStore;
let page: Page;
beforeEach(async () => {
  bot = await startBot();
  store = new MemoryStore();
  page = { id: PAGE.id, client: clientFor(bot.emulator) };
});

function start(directory = DIRECTORY): Runtime {
  const settings = checkOptions({ directory });
  return createRuntime({ ...settings, store });
}

/** The intent of another process, which says nothing more after this. */
async function leaveIntent(slot: string, name: string, claimMs: number) {
  const use: Use = {
    key: randomUUID(),
    use: randomUUID(),
    slot,
    record: { pageId: PAGE.id, id: null, ...profile(name) },
  };
  await store.acquire(use, { leaseMs: 60_000, claimMs });
}

/** Adam as an ephemeral persona that another process has just created. */
async function onTheFly() {
  const { Adam } = await createPersonas(bot.emulator, ['Adam']);
  const use = { key: randomUUID(), use: randomUUID(), slot: 'fly:x' };
  const record = { pageId: PAGE.id, id: Adam, ...profile('Adam') };
  await store.renew([{ ...use, record }], { leaseMs: 60_000, claimMs: 50 });
  return { Adam };
}

const listIsAskedFor = () =>
  bot.emulator.waitFor(({ requests }) =>
    requests.some(
      ({ method, path }) => method === LIST.method && path === LIST.path,
    ),
  );

const creations = () =>
  calls(bot.emulator).filter((call) => call === 'POST /me/personas').length;

const gone = (name: string, count: number) =>
  bot.emulator.waitFor(
    ({ personas }) =>
      personas.filter((one) => one.name === name && !one.deleted).length ===
      count,
  );

describe('a name', () => {
  test('that another process is creating is waited for', async () => {
    const [one, two] = [start(), start()];
    bot.emulator.fail({ ...CREATION, delayMs: 300 });
    const ids = await Promise.all([
      one.directory.idOf(page, 'adam'),
      two.directory.idOf(page, 'adam'),
    ]);
    expect(new Set(ids).size).toBe(1);
    expect(alive(bot.emulator)).toEqual(['Adam']);
  });

  test('whose creator died is looked for on a new list before it is created', async () => {
    const runtime = start();
    await runtime.directory.idOf(page, 'eve');
    // Made after this process has read the list.
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const before = creations();
    await leaveIntent('name:adam', 'Adam', 50);
    expect(await runtime.directory.idOf(page, 'adam')).toBe(Adam);
    expect(creations()).toBe(before);
  });

  test('whose creator died is not created if that list cannot be read', async () => {
    const runtime = start();
    await runtime.directory.idOf(page, 'eve');
    const before = creations();
    await leaveIntent('name:adam', 'Adam', 50);
    const error = { code: 200, message: 'No list today' };
    bot.emulator.fail({ ...LIST, status: 403, error });
    await expect(runtime.directory.idOf(page, 'adam')).rejects.toThrow(
      'No list today',
    );
    expect(creations()).toBe(before);
  });

  test('that another process settled while the list was read is not created', async () => {
    const runtime = start();
    const { Adam } = await onTheFly();
    const before = creations();
    bot.emulator.fail({ ...LIST, delayMs: 100 });
    const finding = runtime.directory.idOf(page, 'adam');
    await listIsAskedFor();
    await settleName(store, PAGE.id, 'adam', { ...profile('Adam'), id: Adam });
    expect(await finding).toBe(Adam);
    expect(creations()).toBe(before);
  });

  test('whose creator died before the creation is created by the next process', async () => {
    await leaveIntent('name:adam', 'Adam', 50);
    const id = await start().directory.idOf(page, 'adam');
    expect(await nameOn(store, PAGE.id, 'adam')).toMatchObject({ id });
    expect(alive(bot.emulator)).toEqual(['Adam']);
  });

  test('that another process settled meanwhile keeps that persona, and the surplus one is deleted', async () => {
    const runtime = start();
    const { Adam } = await onTheFly();
    bot.emulator.fail({ ...CREATION, delayMs: 300 });
    const finding = runtime.directory.idOf(page, 'adam');
    await listIsAskedFor();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await settleName(store, PAGE.id, 'adam', { ...profile('Adam'), id: Adam });
    expect(await finding).toBe(Adam);
    await gone('Adam', 1);
    expect(runtime.stats).toMatchObject({ created: 1 });
    // The next send has it at once.
    expect(runtime.directory.idOf(page, 'adam')).toBe(Adam);
  });

  test('whose profile changes is recorded with the last ten personas it had, which sync deletes', async () => {
    const ids: string[] = [];
    for (let version = 0; version < 12; version += 1) {
      const adam = profile(`Adam ${version}`);
      const { directory } = start({ ...DIRECTORY, adam });
      const id = await directory.idOf(page, 'adam');
      const record: NamedRecord = { ...adam, id };
      if (version > 0) record.replaces = ids.slice(0, 10);
      expect(await nameOn(store, PAGE.id, 'adam')).toEqual(record);
      ids.unshift(id);
    }
    expect(new Set(ids).size).toBe(12);
  });
});

describe('a fault that the model search found', () => {
  test('a list that was read before another process created is not used after the store has lost its data', async () => {
    const [one, two] = [start(), start()];
    await one.directory.idOf(page, 'eve');
    const id = await two.directory.idOf(page, 'adam');
    Reflect.set(store, 'pages', new Map());
    Reflect.set(store, 'epoch', 'another');
    expect(await one.directory.idOf(page, 'adam')).toBe(id);
    expect(alive(bot.emulator).sort()).toEqual(['Adam', 'Eve']);
  });

  test('a name whose replacement is gone as well is created once more', async () => {
    const [one, two] = [start(), start()];
    const first = await one.directory.idOf(page, 'adam');
    expect(await two.directory.idOf(page, 'adam')).toBe(first);
    await page.client.deletePersona?.(first);
    const second = await two.directory.renew(page, 'adam', first);
    await page.client.deletePersona?.(second);
    const third = await one.directory.renew(page, 'adam', first);
    expect([first, second]).not.toContain(third);
    expect(alive(bot.emulator)).toEqual(['Adam']);
    expect(await two.directory.renew(page, 'adam', second)).toBe(third);
  });

  test('an ephemeral persona whose replacement is gone as well is created once more', async () => {
    const [one, two] = [start(), start()];
    const handles = await Promise.all(
      [one, two].map(({ pool }) =>
        PersonaHandle.take(pool, page, profile('Ann')),
      ),
    );
    const [mine, theirs] = handles.map(({ persona }) => persona);
    const first = mine?.id ?? '';
    await page.client.deletePersona?.(first);
    const second = (await theirs?.replace(first)) ?? '';
    await page.client.deletePersona?.(second);
    const third = (await mine?.replace(first)) ?? '';
    expect([first, second]).not.toContain(third);
    expect(alive(bot.emulator)).toEqual(['Ann']);
    expect(await theirs?.replace(second)).toBe(third);
    await Promise.all(handles.map((handle) => handle.release()));
    await gone('Ann', 0);
  });
});

describe('an ephemeral persona', () => {
  test('is shared by all processes, and deleted after its last use', async () => {
    const runtimes = [start(), start(), start()];
    bot.emulator.fail({ ...CREATION, delayMs: 200 });
    const holds = await Promise.all(
      runtimes.map(({ pool }) =>
        PersonaHandle.take(pool, page, profile('Ann')),
      ),
    );
    expect(new Set(holds.map(({ persona }) => persona.id)).size).toBe(1);
    const [first, ...others] = holds;
    await first?.release();
    expect(alive(bot.emulator)).toEqual(['Ann']);
    await Promise.all(others.map((hold) => hold.release()));
    await gone('Ann', 0);
    expect(creations()).toBe(1);
    const shared = runtimes.reduce((sum, { stats }) => sum + stats.shared, 0);
    expect(shared).toBe(2);
  });

  test('whose creator died is created by the next process when the claim has expired', async () => {
    await leaveIntent(slotOf(profile('Ann')), 'Ann', 300);
    const hold = await PersonaHandle.take(start().pool, page, profile('Ann'));
    expect(alive(bot.emulator)).toEqual(['Ann']);
    await hold.release();
    await gone('Ann', 0);
  });
});
