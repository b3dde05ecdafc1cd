import { personas } from 'bottender-persona';

import { OTHER_PAGE, PAGE, startBot } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { alive, calls, shown } from '../support/emulatorState';
import { createPersona, profile } from '../support/personas';
import { leaveIndex, leaveRecord } from '../support/stores';
import { makeApp } from './cliApp';

interface Synced {
  applied: boolean;
  unchanged: number;
  steps: {
    action: string;
    directory: string[];
    id: string | null;
    name: string;
    replaces: string[];
    status: string;
    error: string | null;
  }[];
  notes: string[];
}

const DIRECTORY = { adam: profile('Adam Z.'), beth: profile('Beth') };

test('sync creates what is missing, and a second sync finds nothing to do', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });

  const first = await app.run('sync', '--yes');
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(alive(emulator).sort()).toEqual(['Adam Z.', 'Beth']);
  const [adam, beth] = emulator.state().personas;
  expect(first.stdout.split('\n').map((line) => line.trimEnd())).toEqual([
    `Page ${PAGE.id} (${PAGE.name})`,
    '',
    expect.stringMatching(/^ +DIRECTORY +NAME +ID +PICTURE$/),
    expect.stringMatching(/^\+ +create +adam +Adam Z\. +https:/),
    expect.stringMatching(/^\+ +create +beth +Beth +https:/),
    '',
    '2 to create, 0 unchanged.',
    expect.stringMatching(/^created (adam|beth) "(Adam Z\.|Beth)": \d+$/),
    expect.stringMatching(/^created (adam|beth) "(Adam Z\.|Beth)": \d+$/),
    '2 created.',
    '',
  ]);
  const ids = [adam, beth].sort((a, b) => a!.name.localeCompare(b!.name));
  expect(await app.store.get(`directory:${PAGE.id}:adam`)).toEqual({
    id: ids[0]?.id,
    ...DIRECTORY.adam,
  });

  const again = await app.json<Synced>(0, 'sync', '--yes');
  expect(again).toEqual({
    page: { id: PAGE.id },
    applied: false,
    unchanged: 2,
    steps: [],
    notes: [],
  });
});

test('--dry-run shows the plan and does nothing', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  expect(await app.json<Synced>(0, 'sync', '--dry-run')).toEqual({
    page: { id: PAGE.id },
    applied: false,
    unchanged: 0,
    steps: [
      {
        action: 'create',
        directory: ['adam'],
        id: null,
        ...DIRECTORY.adam,
        replaces: [],
        status: 'planned',
        error: null,
      },
      expect.objectContaining({ action: 'create', directory: ['beth'] }),
    ],
    notes: [],
  });
  expect((await app.run('sync', '--dry-run')).stdout).toContain('2 to create');
  expect(calls(emulator).filter((call) => !call.startsWith('GET'))).toEqual([]);
});

test('a changed picture or name replaces the persona', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  await app.run('sync', '--yes');
  const before = new Map(
    emulator.state().personas.map(({ id, name }) => [name, id]),
  );

  app.setDirectory({
    adam: profile('Adam Z.', 'https://example.com/adam-2.png'),
    beth: profile('Elizabeth'),
  });
  const { steps } = await app.json<Synced>(0, 'sync', '--yes');

  expect(steps).toMatchObject([
    {
      action: 'replace',
      directory: ['adam'],
      replaces: [before.get('Adam Z.')],
    },
    { action: 'replace', directory: ['beth'], replaces: [before.get('Beth')] },
  ]);
  expect(alive(emulator).sort()).toEqual(['Adam Z.', 'Elizabeth']);
  expect(await app.store.get(`directory:${PAGE.id}:adam`)).toEqual({
    id: steps[0]?.id,
    ...profile('Adam Z.', 'https://example.com/adam-2.png'),
  });
  expect((await app.json<Synced>(0, 'sync', '--yes')).unchanged).toBe(2);
});

test('a persona that a bot has replaced itself is deleted, without --prune', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  await app.run('sync', '--yes');
  const directory = { ...DIRECTORY, adam: profile('Adam the Second') };
  const bot = await startBot({
    emulator,
    plugins: [personas({ store: app.store, directory })],
  });
  await bot.run(async (context) => {
    await context.withPersona('adam', () => context.sendText('hi'));
  });
  expect(bot.errors).toEqual([]);
  app.setDirectory(directory);
  expect((await app.run('list')).stdout).toMatch(/Adam Z\. +adam \(outdated\)/);
  const { steps } = await app.json<Synced>(0, 'sync', '--yes');
  expect(steps).toMatchObject([{ action: 'replace', directory: ['adam'] }]);
  expect(alive(emulator).sort()).toEqual(['Adam the Second', 'Beth']);
});

test('a replacement is created before the old persona is deleted', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam Z.') },
  });
  await app.run('sync', '--yes');
  const [old] = emulator.state().personas;
  app.setDirectory({ adam: profile('Adam Z.', 'https://example.com/2.png') });
  await app.run('sync', '--yes');
  expect(calls(emulator).filter((call) => !call.startsWith('GET'))).toEqual([
    'POST /me/personas',
    'POST /me/personas',
    `DELETE /${old?.id}`,
  ]);
});

test('names that swap their profiles swap their personas, and nothing is created', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  await app.run('sync', '--yes');
  app.setDirectory({ adam: DIRECTORY.beth, beth: DIRECTORY.adam });
  const { steps } = await app.json<Synced>(0, 'sync', '--yes');
  expect(steps.map(({ action }) => action)).toEqual(['record', 'record']);
  expect(emulator.state().personas).toHaveLength(2);
  expect(alive(emulator)).toHaveLength(2);
});

test('an existing persona with the name is used, not created again', async () => {
  const emulator = await startEmulator();
  const adam = await createPersona(emulator, 'Adam Z.');
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  const { steps } = await app.json<Synced>(0, 'sync', '--yes');
  expect(steps).toMatchObject([
    { action: 'record', directory: ['adam'], id: adam, status: 'done' },
    { action: 'create', directory: ['beth'], status: 'done' },
  ]);
  expect(alive(emulator)).toHaveLength(2);
});

test('two entries with the same `name` are refused by both names, before anything is created', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam Z.'), boss: profile('Adam Z.') },
  });
  const { status, stderr } = await app.run('sync', '--yes');
  expect(status).toBe(1);
  expect(stderr).toContain('The entry "boss"');
  expect(stderr).toContain('the entry "adam"');
  expect(alive(emulator)).toEqual([]);
});

test('--prune deletes personas that are not in the directory, but none with a lease or a fixed ID', async () => {
  const emulator = await startEmulator();
  const made: Record<string, string> = {};
  for (const name of ['Old', 'Desk', 'Leased', 'Intended', 'Gone']) {
    made[name] = await createPersona(emulator, name);
  }
  const elsewhere = await createPersona(emulator, 'Elsewhere', OTHER_PAGE);
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam Z.'), desk: made.Desk ?? '' },
  });
  const lease = { pageId: PAGE.id, profilePictureUrl: '', expiresAt: 0 };
  await leaveRecord(app.store, {
    ...lease,
    id: made.Leased,
    name: 'Leased',
  });
  await leaveRecord(app.store, {
    ...lease,
    id: null,
    name: 'Intended',
  });
  await app.store.set(`directory:${PAGE.id}:gone`, {
    id: made.Gone,
    ...profile('Gone'),
  });
  await leaveIndex(app.store, {
    leases: [],
    names: [`directory:${PAGE.id}:gone`],
  });

  const kept = await app.json<Synced>(0, 'sync', '--yes');
  expect(kept.notes).toEqual([
    '2 ephemeral personas: left alone; `sweep` deletes those that dead processes left behind.',
    '2 personas that the directory does not name: left alone; --prune deletes them.',
  ]);
  expect(alive(emulator)).toHaveLength(7);

  const pruned = await app.json<Synced>(0, 'sync', '--prune', '--yes');
  expect(pruned.steps).toMatchObject([
    { action: 'delete', id: made.Old, directory: [], status: 'done' },
    { action: 'delete', id: made.Gone, directory: ['gone'], status: 'done' },
  ]);
  expect(alive(emulator)).toEqual([
    'Desk',
    'Leased',
    'Intended',
    'Elsewhere',
    'Adam Z.',
  ]);
  expect(elsewhere).toMatch(/^\d+$/);
  expect(await app.store.get(`directory:${PAGE.id}:gone`)).toBeUndefined();
});

test('an ID of the directory that the Page lacks is reported', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: { desk: '123' } });
  const { notes, unchanged } = await app.json<Synced>(0, 'sync', '--yes');
  expect(notes).toEqual([
    '"desk" is the persona 123, which this Page does not have.',
  ]);
  expect(unchanged).toBe(0);
});

test.each([
  ['a store', true],
  ['no store', false],
])('after a sync with %s, a bot creates nothing', async (_, store) => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY, store });
  expect(await app.run('sync', '--yes')).toMatchObject({ status: 0 });
  const synced = emulator.state().personas.length;

  const plugin = personas({
    directory: DIRECTORY,
    store: store ? app.store : undefined,
  });
  const bot = await startBot({ emulator, plugins: [plugin] });
  await bot.run(async (context) => {
    await context.withPersona('adam', () => context.sendText('hi'));
    await context.withPersona('beth', () => context.sendText('hello'));
  });

  expect(shown(emulator)).toEqual(['Adam Z.: hi', 'Beth: hello']);
  expect(emulator.state().personas).toHaveLength(synced);
  await plugin.close();
});

test('without a store, the plan says what sync cannot know', async () => {
  const emulator = await startEmulator();
  await createPersona(emulator, 'Adam Z.');
  const app = makeApp(emulator.origin, { directory: DIRECTORY, store: false });
  const { notes } = await app.json<Synced>(
    0,
    ...['sync', '--prune', '--dry-run'],
  );
  expect(notes).toEqual([
    expect.stringContaining('changed pictures cannot be found'),
    expect.stringContaining('--prune deletes them too'),
  ]);
  const { stdout } = await app.run('sync', '--dry-run');
  expect(stdout).toContain('Note: personas() has no `store`');
  expect(stdout).toContain('1 to create, 1 unchanged.');
});

test('a list of several pages is matched and pruned', async () => {
  const emulator = await startEmulator();
  const names = Array.from({ length: 240 }, (_, i) => `Agent ${i}`);
  for (const name of names) await createPersona(emulator, name);
  const half = names.slice(0, 120);
  const app = makeApp(emulator.origin, {
    directory: Object.fromEntries(half.map((name) => [name, profile(name)])),
  });

  const { steps } = await app.json<Synced>(0, 'sync', '--prune', '--yes');

  const actions = steps.map(({ action, status }) => `${action} ${status}`);
  expect(actions.filter((action) => action === 'record done')).toHaveLength(
    120,
  );
  expect(actions.filter((action) => action === 'delete done')).toHaveLength(
    120,
  );
  expect(alive(emulator)).toEqual(half);
  const { unchanged } = await app.json<Synced>(0, 'sync', '--prune', '--yes');
  expect(unchanged).toBe(120);
});
