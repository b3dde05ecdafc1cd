import { PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { alive } from '../support/emulatorState';
import { createPersona, deletePersona, profile } from '../support/personas';
import { entriesOf } from '../support/stores';
import { makeApp, USUAL_CONFIG, type CliApp } from './cliApp';

const NAMES = Array.from({ length: 40 }, (_, i) => `Agent ${i}`);
const DIRECTORY = Object.fromEntries(
  NAMES.map((name) => [name, profile(name)]),
);
const CREATION = { method: 'POST', path: '/me/personas' };

/** Each command asks first whose Page it is. */
function isOfPage({ method, path }: { method: string; path: string }): boolean {
  return method === 'GET' && path === '/me';
}

/** The leases that syncs have on the Page's slot. */
async function locks({ store }: CliApp): Promise<string[]> {
  const entries = await entriesOf(store);
  return entries
    .filter(([, { name }]) => name.startsWith('process '))
    .map(([key]) => key);
}

/** As if a process that was killed had not renewed its lease for long enough: see lock.test.ts. */
async function letExpire({ store }: CliApp): Promise<void> {
  const { ids } = (await store.get('processes')) as { ids: string[] };
  for (const id of ids) {
    const index = (await store.get(`process:${id}`)) as
      { leases: object[] } | undefined;
    if (!index) continue;
    const leases = index.leases.map((one) => ({ ...one, claimedUntil: 0 }));
    await store.set(`process:${id}`, { ...index, leases });
  }
}

interface Synced {
  unchanged: number;
  steps: { action: string; id: string | null; status: string }[];
}

test('a sync that fails halfway says so, and a second one completes it', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  emulator.fail({ ...CREATION, delayMs: 20 });
  const { ended } = app.start(['sync', '--yes']);
  await emulator.waitFor(({ personas }) => personas.length >= 5);
  const mend = emulator.fail({
    ...CREATION,
    status: 400,
    error: { message: 'Invalid OAuth access token.', code: 190 },
  });

  const { status, stdout, stderr } = await ended;

  mend();
  expect(status).toBe(1);
  const made = alive(emulator).length;
  expect(made).toBeLessThan(NAMES.length);
  expect(stdout).toMatch(/\n\d+ created, \d+ failed, \d+ left\.\n$/);
  expect(stderr).toMatch(/The sync has stopped; \d+ of 40 steps are left\./);
  expect(stderr).toMatch(
    /could not create Agent \d+ "Agent \d+": Invalid OAuth access token\. \(HTTP 400, code 190/,
  );
  expect(stderr).toContain('put a token of this Page');
  expect(stderr).toContain('run the command again');

  const { unchanged } = await app.json<Synced>(0, 'sync', '--yes');
  expect(unchanged).toBe(made);
  expect(alive(emulator).sort()).toEqual([...NAMES].sort());
});

test('a simultaneous sync waits for the first one, and nothing is created twice', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  // The first goes on for long, until the second has come.
  const mend = emulator.fail({ ...CREATION, delayMs: 500 });
  const first = app.start(['sync', '--yes']);
  await emulator.waitFor(({ requests }) =>
    requests.some(({ method }) => method === 'POST'),
  );
  expect(await locks(app)).toHaveLength(1);
  const second = app.start(['sync', '--yes', '--json']);
  await emulator.waitFor(
    ({ requests }) => requests.filter(isOfPage).length > 1,
  );
  mend();
  expect((await first.ended).status).toBe(0);
  const { status, stdout } = await second.ended;
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    unchanged: NAMES.length,
    steps: [],
  });
  expect(await locks(app)).toEqual([]);
  expect(alive(emulator).sort()).toEqual([...NAMES].sort());
});

test('a failure of one persona does not affect the others', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  emulator.fail({
    ...CREATION,
    times: 1,
    status: 400,
    error: { message: 'Bad picture', code: 100 },
  });
  const { steps } = await app.json<Synced>(1, 'sync', '--yes');
  const failed = steps.filter(({ status }) => status === 'failed');
  expect(failed).toMatchObject([
    { id: null, error: expect.stringContaining('Bad picture') as string },
  ]);
  expect(alive(emulator)).toHaveLength(NAMES.length - 1);
  const again = await app.json<Synced>(0, 'sync', '--yes');
  expect(again.steps).toMatchObject([{ action: 'create', status: 'done' }]);
  expect(alive(emulator)).toHaveLength(NAMES.length);
});

test('sync waits for a rate limit to pass', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
  });
  emulator.fail({
    ...CREATION,
    times: 1,
    status: 400,
    error: {
      message: 'Calls to this api have exceeded the rate limit.',
      code: 613,
    },
  });
  await app.json(0, 'sync', '--yes');
  expect(alive(emulator)).toEqual(['Adam']);
});

test('a persona whose creation got no answer is found, not created twice', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
  });
  emulator.fail({ ...CREATION, times: 1, connection: 'break-after' });
  const { steps } = await app.json<Synced>(0, 'sync', '--yes');
  expect(emulator.state().personas).toMatchObject([{ id: steps[0]?.id }]);
});

test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGKILL'])(
  'a sync that is ended by %s is completed by the next one',
  async (signal) => {
    const emulator = await startEmulator();
    const app = makeApp(emulator.origin, { directory: DIRECTORY });
    emulator.fail({ ...CREATION, delayMs: 20 });
    const running = app.start(['sync', '--yes']);
    await emulator.waitFor(({ personas }) => personas.length >= 5);
    running.child.kill(signal);
    const { status, stdout, stderr } = await running.ended;
    // Created after those that Messenger was still creating.
    await deletePersona(emulator, await createPersona(emulator, 'Last'));

    expect(alive(emulator).length).toBeLessThan(NAMES.length);
    if (signal !== 'SIGKILL') {
      expect(status).toBe(1);
      expect(stdout).toMatch(/\n\d+ created, \d+ left\.\n$/);
      expect(stderr).toContain('Stopping after the steps in progress.');
    }
    if (signal === 'SIGKILL') await letExpire(app);
    expect(await app.run('sync', '--yes')).toMatchObject({ status: 0 });
    expect(alive(emulator).sort()).toEqual([...NAMES].sort());
  },
);

test('an old persona that could not be deleted is deleted by the next sync', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
  });
  await app.run('sync', '--yes');
  const [old] = emulator.state().personas;
  app.setDirectory({ adam: profile('Adam', 'https://example.com/new.png') });
  emulator.fail({
    method: 'DELETE',
    times: 1,
    status: 403,
    error: { message: 'Permissions error', code: 200 },
  });

  const failed = await app.run('sync', '--yes');
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain('pages_messaging');
  expect(alive(emulator)).toEqual(['Adam', 'Adam']);
  const record = await app.store.get(`directory:${PAGE.id}:adam`);
  expect(record).toMatchObject({ replaces: [old?.id] });

  const { steps } = await app.json<Synced>(0, 'sync', '--yes');
  expect(steps).toMatchObject([{ action: 'replace', status: 'done' }]);
  expect(emulator.state().personas).toMatchObject([
    { id: old?.id, deleted: true },
    { id: steps[0]?.id, deleted: false },
  ]);
});

test('a store that loses everything stops the sync at once', async () => {
  const emulator = await startEmulator();
  const config = USUAL_CONFIG.replace(
    'new FolderStore(process.env.STORE)',
    "Object.assign(new FolderStore(process.env.STORE), { set: async () => { throw new Error('disk full'); } })",
  );
  const app = makeApp(emulator.origin, { directory: DIRECTORY, config });
  const { status, stderr } = await app.run('sync', '--yes');
  expect(status).toBe(1);
  expect(stderr).toMatch(/Could not write to the store.*disk full/);
  expect(alive(emulator).length).toBeLessThanOrEqual(4);
});
