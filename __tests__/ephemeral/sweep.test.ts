import {
  personas,
  withPersona,
  PersonaCleanupError,
  PersonaStoreError,
  PersonaSuspectedError,
  UnknownPageError,
  type OnCleanupError,
  type PersonasOptions,
} from 'bottender-persona';
import { Keyv } from 'keyv';

import { OTHER_PAGE, PAGE, type RunningBot, startBot } from '../support/bot';
import { clientFor } from '../support/clients';
import { advanceTime, fakeTimers, shortenTimeouts } from '../support/clock';
import { alive, calls } from '../support/emulatorState';
import { gate } from '../support/gate';
import { nextRequest } from '../support/nextRequest';
import { createPersonas, profile } from '../support/personas';
import { leaveLease, onRead, recordsIn, renewLeases } from '../support/stores';

const LEASE_MS = 1000;
const FUTURE = -60_000;

let bot: RunningBot;
let keyv: Keyv;
const onCleanupError = jest.fn<void, Parameters<OnCleanupError>>();

beforeEach(async () => {
  onCleanupError.mockReset();
  keyv = new Keyv();
  bot = await startBot();
});

const plugins: ReturnType<typeof personas>[] = [];
afterEach(async () => {
  // Or their timers go on sweeping.
  await Promise.all(plugins.splice(0).map((used) => used.close()));
});

function plugin(options: PersonasOptions = {}) {
  const made = personas({
    store: keyv,
    ephemeral: { leaseMs: LEASE_MS },
    onCleanupError,
    ...options,
  });
  plugins.push(made);
  return made;
}

const sweep = (swept = plugin(), page = PAGE) =>
  swept.sweep(clientFor(bot.emulator, page));

/** Personas on the Page whose process died, with their leases. */
async function leaveBehind<N extends string>(
  ...names: N[]
): Promise<Record<N, string>> {
  const ids = await createPersonas(bot.emulator, names);
  for (const name of names) await leaveLease(keyv, { id: ids[name], name });
  return ids;
}

const deletions = () =>
  calls(bot.emulator).filter((call) => call.startsWith('DELETE '));

describe('.sweep(client)', () => {
  test('deletes personas whose lease has expired, and nothing else', async () => {
    const ids = await leaveBehind('Adam', 'Bea');
    const others = await createPersonas(bot.emulator, ['Human', 'Cid']);
    await leaveLease(keyv, { id: others.Cid, name: 'Cid', msAgo: FUTURE });
    const { deleted, suspects } = await sweep();
    expect(deleted).toEqual(
      expect.arrayContaining([
        { id: ids.Adam, ...profile('Adam') },
        { id: ids.Bea, ...profile('Bea') },
      ]),
    );
    expect(deleted).toHaveLength(2);
    expect(suspects).toEqual([]);
    expect(alive(bot.emulator)).toEqual(['Human', 'Cid']);
    expect(await recordsIn(keyv)).toEqual([
      expect.objectContaining({ id: others.Cid }),
    ]);
    // No list is asked for where there is nothing to suspect.
    expect(calls(bot.emulator)).not.toContain('GET /me/personas');
  });

  test('sweeps the Page of the client only', async () => {
    await leaveBehind('Adam');
    const { Zoe } = await createPersonas(bot.emulator, ['Zoe'], OTHER_PAGE);
    await leaveLease(keyv, { id: Zoe, name: 'Zoe', page: OTHER_PAGE });
    await sweep(plugin(), OTHER_PAGE);
    expect(alive(bot.emulator)).toEqual(['Adam']);
    await sweep();
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('counts personas that are gone already as deleted', async () => {
    await leaveLease(keyv, { id: '123456789012345', name: 'Adam' });
    expect((await sweep()).deleted).toHaveLength(1);
    expect(await recordsIn(keyv)).toEqual([]);
  });

  test('reports what could not be deleted, goes on, and leaves it to the next sweep', async () => {
    const ids = await leaveBehind('Adam', 'Bea');
    const heal = bot.emulator.fail({
      path: `/${ids.Adam}`,
      error: { code: 200, message: 'No permission' },
    });
    expect((await sweep()).deleted.map(({ name }) => name)).toEqual(['Bea']);
    expect(onCleanupError.mock.calls).toEqual([
      [
        expect.objectContaining({ name: 'PersonaCleanupError' }),
        { id: ids.Adam, ...profile('Adam') },
      ],
    ]);
    heal();
    expect((await sweep()).deleted.map(({ name }) => name)).toEqual(['Adam']);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('tries again after transient failures', async () => {
    shortenTimeouts();
    await leaveBehind('Adam');
    bot.emulator.fail({ method: 'DELETE', status: 503, times: 1 });
    expect((await sweep()).deleted).toHaveLength(1);
    expect(alive(bot.emulator)).toEqual([]);
    expect(onCleanupError).not.toHaveBeenCalled();
  });

  test('can run twice at the same time', async () => {
    await leaveBehind('Adam', 'Bea', 'Cid');
    await leaveLease(keyv, { id: null, name: 'Human' });
    const { Human } = await createPersonas(bot.emulator, ['Human']);
    const swept = await Promise.all([sweep(), sweep()]);
    expect(alive(bot.emulator)).toEqual(['Human']);
    for (const { suspects } of swept) {
      expect(suspects.map(({ id }) => id)).toEqual([Human]);
    }
    expect(onCleanupError).not.toHaveBeenCalled();
  });

  test('leaves alone personas that this process uses, even if their records are old', async () => {
    const used = plugin();
    const other = await startBot({ emulator: bot.emulator, plugins: [used] });
    const inUse = gate();
    const goOn = gate();
    const handling = other.run(async (context) => {
      await context.withEphemeralPersona(profile('Adam'), async () => {
        inUse.open();
        await goOn.opened;
      });
    });
    await inUse.opened;
    for await (const [key, value] of keyv.iterator?.(undefined) ?? []) {
      await keyv.set(String(key), { ...(value as object), expiresAt: 1 });
    }
    expect(await sweep(used)).toEqual({ deleted: [], suspects: [] });
    expect(alive(bot.emulator)).toEqual(['Adam']);
    goOn.open();
    await handling;
  });

  test('rejects if Messenger does not say which Page the client is for', async () => {
    await expect(
      sweep(plugin(), { ...PAGE, accessToken: 'NO_SUCH_TOKEN' }),
    ).rejects.toBeInstanceOf(UnknownPageError);
  });

  test('rejects if the Page’s list cannot be read, and names the personas that may be left behind', async () => {
    await leaveLease(keyv, { id: null, name: 'Adam' });
    bot.emulator.fail({
      method: 'GET',
      path: '/me/personas',
      status: 400,
      error: { code: 200, message: 'Permissions error' },
    });
    const error: unknown = await sweep().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PersonaCleanupError);
    expect(error).toMatchObject({
      persona: { name: 'Adam' },
      pageId: PAGE.id,
      failure: { status: 400, code: 200 },
    });
  });

  test('rejects if the store cannot be read', async () => {
    const broken = new Keyv();
    onRead(broken, () => {
      throw new Error('down');
    });
    await expect(sweep(plugin({ store: broken }))).rejects.toBeInstanceOf(
      PersonaStoreError,
    );
  });
});

describe('suspects', () => {
  test('are personas with the name of an intent without an ID; they are never deleted', async () => {
    const { Adam } = await createPersonas(bot.emulator, ['Adam', 'Human']);
    await leaveLease(keyv, { id: null, name: 'Adam' });
    for (let time = 0; time < 2; time += 1) {
      const { deleted, suspects } = await sweep();
      expect(deleted).toEqual([]);
      expect(suspects).toEqual([
        expect.objectContaining({ id: Adam, name: 'Adam' }),
      ]);
    }
    expect(deletions()).toEqual([]);
    expect(onCleanupError).not.toHaveBeenCalled();
  });

  test('are found on all pages of the list', async () => {
    const names = Array.from({ length: 101 }, (_, i) => `Agent ${i}`);
    await createPersonas(bot.emulator, names);
    await leaveLease(keyv, { id: null, name: 'Agent 100' });
    const { suspects } = await sweep();
    expect(suspects.map(({ name }) => name)).toEqual(['Agent 100']);
  });

  test('never have a lease or belong to the directory', async () => {
    const directory = { Desk: profile('Desk'), adam: '' };
    const [first, second, third] = [
      await createPersonas(bot.emulator, ['Desk', 'Adam', 'Bea']),
      await createPersonas(bot.emulator, ['Bea']),
      await createPersonas(bot.emulator, ['Bea']),
    ];
    directory.adam = first.Adam;
    const swept = plugin({ directory });
    const named = await startBot({ emulator: bot.emulator, plugins: [swept] });
    // The name becomes an ID at the first send.
    await named.run(async (context) => {
      await context.withPersona('Desk', () => context.sendText('hi'));
    });
    await leaveLease(keyv, { id: second.Bea, name: 'Bea', msAgo: FUTURE });
    for (const name of ['Desk', 'Adam', 'Bea']) {
      await leaveLease(keyv, { id: null, name });
    }
    const { suspects } = await sweep(swept);
    expect(suspects.map(({ id }) => id)).toEqual([first.Bea, third.Bea]);
  });

  test('do not exist if nothing has the name; the intent is forgotten', async () => {
    await createPersonas(bot.emulator, ['Human']);
    await leaveLease(keyv, { id: null, name: 'Adam' });
    expect(await sweep()).toEqual({ deleted: [], suspects: [] });
    expect(await recordsIn(keyv)).toEqual([]);
  });

  test('are forgotten when they are gone', async () => {
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await leaveLease(keyv, { id: null, name: 'Adam' });
    await sweep();
    await clientFor(bot.emulator).deletePersona(Adam);
    expect((await sweep()).suspects).toEqual([]);
    expect(await recordsIn(keyv)).toEqual([]);
  });

  test('do not exist if the slow process continued while the list was read', async () => {
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await leaveLease(keyv, { id: null, name: 'Adam' });
    await leaveLease(keyv, { id: null, name: 'Bea' });
    bot.emulator.fail({ method: 'GET', path: '/me/personas', delayMs: 100 });
    const isRead = gate();
    onRead(keyv, isRead.open);
    const sweeping = sweep();
    await isRead.opened;
    await renewLeases(keyv, (record) => ({
      ...record,
      id: record.name === 'Adam' ? Adam : null,
      expiresAt: Date.now() + LEASE_MS,
    }));
    expect((await sweeping).suspects).toEqual([]);
    const ids = (await recordsIn(keyv)).map(({ id }) => id);
    expect(ids).toContain(Adam);
  });

  test('include a persona that was created although the answer was lost', async () => {
    fakeTimers();
    const maker = plugin();
    const other = await startBot({ emulator: bot.emulator, plugins: [maker] });
    bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      connection: 'break-after',
      times: 1,
    });
    await other.run(async (context) => {
      await context.withEphemeralPersona(profile('Adam'), () =>
        context.sendText('hi'),
      );
    });
    expect(alive(bot.emulator)).toEqual(['Adam']);
    advanceTime(LEASE_MS);
    const { suspects } = await sweep();
    expect(suspects.map(({ name }) => name)).toEqual(['Adam']);
    expect(alive(bot.emulator)).toEqual(['Adam']);
  });
});

describe('without a call of sweep()', () => {
  beforeEach(fakeTimers);

  async function hear(pageId?: string, leaseMs = LEASE_MS) {
    const other = await startBot({
      emulator: bot.emulator,
      plugins: [plugin({ ephemeral: { leaseMs } })],
    });
    await other.run(() => {}, { pageId });
    return other;
  }

  test('the first event on a Page sweeps it', async () => {
    await leaveBehind('Adam');
    await createPersonas(bot.emulator, ['Human']);
    // Long before its timer would.
    await hear(PAGE.id, 60_000);
    await bot.emulator.waitFor(() => deletions().length === 1);
    expect(alive(bot.emulator)).toEqual(['Human']);
  });

  test('so does a personas() that replaces an action’s defaults', async () => {
    await leaveBehind('Adam');
    const other = await startBot({ emulator: bot.emulator });
    const real = plugin({ ephemeral: { leaseMs: 60_000 } });
    await other.run(async (context) => {
      await withPersona(null, () => undefined)(context, {});
      await real(context);
    });
    await bot.emulator.waitFor(() => deletions().length === 1);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('a timer sweeps it again', async () => {
    const other = await hear();
    await leaveBehind('Adam');
    await other.run(() => {});
    expect(alive(bot.emulator)).toEqual(['Adam']);
    advanceTime(LEASE_MS);
    await bot.emulator.waitFor(() => deletions().length === 1);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('a lease that is renewed while another Page is swept counts as in use', async () => {
    const other = await startBot({
      emulator: bot.emulator,
      plugins: [plugin()],
      severalPages: true,
    });
    await other.run(() => {}, { pageId: PAGE.id });
    await other.run(() => {}, { pageId: OTHER_PAGE.id });
    const reads = [gate(), gate()];
    onRead(keyv, () => reads.shift()?.open());
    const { Adam } = await leaveBehind('Adam');
    const { Zoe } = await createPersonas(bot.emulator, ['Zoe'], OTHER_PAGE);
    const lease = { id: Zoe, name: 'Zoe', page: OTHER_PAGE };
    await leaveLease(keyv, { ...lease, msAgo: -LEASE_MS * 1.5 });
    bot.emulator.fail({ path: `/${Adam}`, delayMs: 300 });
    const sweptByNow = nextRequest(`DELETE /${Adam}`);
    const [first, second] = reads;
    advanceTime(LEASE_MS);
    await first?.opened;
    await renewLeases(keyv, (record) =>
      record.id === Zoe
        ? { ...record, expiresAt: Date.now() + 60_000 }
        : undefined,
    );
    await sweptByNow;
    advanceTime(LEASE_MS);
    await second?.opened;
    await bot.emulator.waitFor(() => !alive(bot.emulator).includes('Adam'));
    expect(alive(bot.emulator)).toEqual(['Zoe']);
  });

  test('a client of another Page deletes nothing, and forgets nothing', async () => {
    const { Zoe } = await createPersonas(bot.emulator, ['Zoe'], OTHER_PAGE);
    await leaveLease(keyv, { id: Zoe, name: 'Zoe', page: OTHER_PAGE });
    // The bot has the first Page's token alone, but hears of the other.
    await hear(OTHER_PAGE.id);
    await bot.emulator.waitFor(() => calls(bot.emulator).includes('GET /me'));
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await leaveLease(keyv, { id: Adam, name: 'Adam' });
    await hear();
    advanceTime(LEASE_MS);
    // By now the sweeps of both Pages have begun again.
    await bot.emulator.waitFor(() => deletions().length === 1);
    expect(alive(bot.emulator)).toEqual(['Zoe']);
    expect(await recordsIn(keyv)).toContainEqual(
      expect.objectContaining({ id: Zoe }),
    );
  });

  test('a suspect is reported once', async () => {
    const { Adam, Bea } = await createPersonas(bot.emulator, ['Adam', 'Bea']);
    await leaveLease(keyv, { id: null, name: 'Adam' });
    await hear();
    const lists = () =>
      calls(bot.emulator).filter((call) => call === 'GET /me/personas').length;
    await told(1);
    expect(lists()).toBe(1);
    await leaveLease(keyv, { id: null, name: 'Bea' });
    advanceTime(LEASE_MS);
    await told(2);
    expect(lists()).toBe(2);
    // By the time that a later sweep has deleted this one, the last is over.
    const { Carl } = await createPersonas(bot.emulator, ['Carl']);
    await leaveLease(keyv, { id: Carl, name: 'Carl' });
    advanceTime(LEASE_MS);
    await bot.emulator.waitFor(() => deletions().length === 1);
    // A suspect that was reported is not looked for again.
    expect(lists()).toBe(2);
    expect(
      onCleanupError.mock.calls.map(([error, persona]) => [
        error instanceof PersonaSuspectedError,
        persona?.id,
      ]),
    ).toEqual([
      [true, Adam],
      [true, Bea],
    ]);
    expect(deletions()).toEqual([`DELETE /${Carl}`]);
  });

  test('a sweep that fails is reported, and another one follows', async () => {
    await leaveLease(keyv, { id: null, name: 'Adam' });
    await createPersonas(bot.emulator, ['Adam']);
    bot.emulator.fail({
      method: 'GET',
      path: '/me/personas',
      status: 503,
      times: 1,
    });
    await hear();
    await told(1);
    advanceTime(LEASE_MS);
    await told(2);
    expect(onCleanupError.mock.calls.map(([{ name }]) => name)).toEqual([
      'PersonaCleanupError',
      'PersonaSuspectedError',
    ]);
  });
});

test('records of others in the store are left alone', async () => {
  const foreign = new Map<string, unknown>([
    ['lease:', 'text'],
    [`lease:${PAGE.id}:1`, null],
    [`lease:${PAGE.id}:2`, 42],
    [`lease:${PAGE.id}:3`, { id: 7, expiresAt: 1 }],
    [`lease:${PAGE.id}:4`, [{ id: '1', expiresAt: 1 }]],
    [`lease:${PAGE.id}0:5`, { id: '1', name: 'A', pageId: 'x', expiresAt: 1 }],
    ['session:1', { id: '1', name: 'A', pageId: PAGE.id, expiresAt: 1 }],
  ]);
  for (const [key, value] of foreign) await keyv.set(key, value);
  await leaveBehind('Adam');
  await leaveLease(keyv, { id: '../me/feed', name: 'Mallory' });
  const { deleted } = await sweep();
  expect(deleted.map(({ name }) => name)).toEqual(['Adam']);
  for (const [key, value] of foreign) {
    expect((await keyv.get<unknown>(key)) ?? null).toEqual(value);
  }
  expect(deletions()).toHaveLength(1);
});

/** Resolves after this number of reports. */
async function told(count: number): Promise<void> {
  while (onCleanupError.mock.calls.length < count) {
    await new Promise(setImmediate);
  }
}
