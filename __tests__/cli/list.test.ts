import { OTHER_PAGE, PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { onPage, startFakeGraph } from '../support/fakeGraph';
import { createPersona, pictureOf, profile } from '../support/personas';
import { leaveRecord } from '../support/stores';
import { makeApp, USUAL_CONFIG } from './cliApp';

interface Listed {
  page: { id: string };
  personas: {
    id: string;
    name: string;
    profilePictureUrl: string;
    directory: string[];
    outdated: boolean;
    lease: { expiresAt: string; expired: boolean } | null;
  }[];
}

test('list shows the personas, their names in the directory, and which are ephemeral', async () => {
  const emulator = await startEmulator();
  const adam = await createPersona(emulator, 'Adam');
  const desk = await createPersona(emulator, 'Desk');
  const john = await createPersona(emulator, 'John');
  const jane = await createPersona(emulator, 'Jane');
  const other = await createPersona(emulator, 'Nobody');
  await createPersona(emulator, 'Elsewhere', OTHER_PAGE);
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam'), desk, shop: desk },
  });
  const inAMinute = Date.now() + 60_000;
  await leaveRecord(app.store, {
    pageId: PAGE.id,
    id: john,
    ...profile('John'),
    expiresAt: inAMinute,
  });
  await leaveRecord(app.store, {
    pageId: PAGE.id,
    id: jane,
    ...profile('Jane'),
    expiresAt: 0,
  });

  const { page, personas } = await app.json<Listed>(0, 'list');

  expect(page).toEqual({ id: PAGE.id });
  const picture = expect.stringContaining('http') as string;
  const row = { profilePictureUrl: picture, directory: [], outdated: false };
  expect(personas).toEqual([
    {
      ...row,
      id: adam,
      name: 'Adam',
      directory: ['adam'],
      lease: null,
    },
    {
      ...row,
      id: desk,
      name: 'Desk',
      directory: ['desk', 'shop'],
      lease: null,
    },
    {
      ...row,
      id: john,
      name: 'John',
      lease: { expiresAt: new Date(inAMinute).toISOString(), expired: false },
    },
    {
      ...row,
      id: jane,
      name: 'Jane',
      lease: { expiresAt: new Date(0).toISOString(), expired: true },
    },
    { ...row, id: other, name: 'Nobody', lease: null },
  ]);

  const plain = await app.run('list');
  expect(plain.stderr).toBe('');
  const lines = plain.stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines[0]).toEqual(['ID', 'NAME', 'DIRECTORY', 'EPHEMERAL', 'PICTURE']);
  expect(lines[1]?.slice(0, 3)).toEqual([adam, 'Adam', 'adam']);
  expect(lines[3]?.[2]).toMatch(/^expires in \d+ s$/);
  expect(lines[4]?.[2]).toMatch(/^expired \d+ h ago$/);
  expect(plain.stdout).toContain(`5 personas on the Page ${PAGE.id}.`);
});

test('list marks a persona whose picture the directory has changed', async () => {
  const emulator = await startEmulator();
  const adam = await createPersona(emulator, 'Adam');
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam', 'https://example.com/new.png') },
  });
  await app.store.set(`directory:${PAGE.id}:adam`, {
    id: adam,
    ...profile('Adam'),
  });

  const { personas } = await app.json<Listed>(0, 'list');
  expect(personas).toMatchObject([{ directory: ['adam'], outdated: true }]);
  expect((await app.run('list')).stdout).toContain('adam (outdated)');
});

test('list passes over a lease whose time is none', async () => {
  const emulator = await startEmulator();
  const id = await createPersona(emulator, 'Adam');
  const app = makeApp(emulator.origin);
  const lease = { pageId: PAGE.id, id, ...profile('Adam'), expiresAt: 1e300 };
  await leaveRecord(app.store, lease);
  const { personas } = await app.json<Listed>(0, 'list');
  expect(personas).toMatchObject([{ id, lease: null }]);
});

test('list reads every page of a long list', async () => {
  const emulator = await startEmulator();
  const names = Array.from({ length: 230 }, (_, i) => `Agent ${i}`);
  for (const name of names) await createPersona(emulator, name);
  const app = makeApp(emulator.origin);
  const { personas } = await app.json<Listed>(0, 'list');
  expect(personas.map(({ name }) => name)).toEqual(names);
});

test('list shows 20,000 personas in seconds', async () => {
  const all = Array.from({ length: 20_000 }, (_, i) => ({
    id: String(10_000 + i),
    name: `Agent ${i} 陳`,
    profile_picture_url: pictureOf(String(i)),
  }));
  const { origin } = await startFakeGraph(
    onPage(({ query }) => {
      const from = Number(query.get('after'));
      const to = from + Number(query.get('limit'));
      const next = to < all.length && { next: 'there is one' };
      const paging = { cursors: { after: String(to) }, ...next };
      return { body: { data: all.slice(from, to), paging } };
    }),
  );
  const began = Date.now();
  const { status, stdout } = await makeApp(origin).run('list');
  expect({ status }).toEqual({ status: 0 });
  expect(stdout).toContain(`20000 personas on the Page ${PAGE.id}.`);
  expect(stdout.split('\n')).toHaveLength(20_004);
  // It took three, on two cores; cli-table3 alone took twenty.
  expect(Date.now() - began).toBeLessThan(20_000);
});

test('list works without personas() in the config, and without personas on the Page', async () => {
  const emulator = await startEmulator();
  const config = `${USUAL_CONFIG}\nmodule.exports.plugins = undefined;`;
  const app = makeApp(emulator.origin, { config });
  const { stdout } = await app.run('list');
  expect(stdout).toBe(`0 personas on the Page ${PAGE.id}.\n`);
  expect(await app.json(0, 'list')).toEqual({
    page: { id: PAGE.id },
    personas: [],
  });
});

test('create, get and delete work, with the proof of the app secret', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin);
  const created = await app.run(
    ...['create', '--name', 'Adam Z.', '--pic', pictureOf('Adam')],
  );
  expect(created).toMatchObject({ status: 0, stderr: '' });
  const [persona] = emulator.state().personas;
  const id = persona?.id ?? '';
  expect(persona).toMatchObject({ name: 'Adam Z.', pageId: PAGE.id });
  expect(created.stdout).toBe(
    `Created the persona "Adam Z." on the Page ${PAGE.id}: ${id}\n`,
  );

  const got = await app.run('get', id);
  const picture = persona?.profile_picture_url;
  expect(got).toEqual({
    status: 0,
    stderr: '',
    stdout: `ID:       ${id}\nName:     Adam Z.\nPicture:  ${picture}\n`,
  });
  expect(await app.json(0, 'get', '--id', id)).toEqual({
    page: { id: PAGE.id },
    persona: { id, name: 'Adam Z.', profilePictureUrl: picture },
  });

  const deleted = await app.run('delete', id);
  expect(deleted.stdout).toBe(
    `Deleted the persona ${id} ("Adam Z.") of the Page ${PAGE.id}.\n`,
  );
  expect(emulator.state().personas).toMatchObject([{ id, deleted: true }]);
  const again = await app.run('delete', '--id', id);
  expect(again).toEqual({
    status: 0,
    stderr: '',
    stdout: `The Page ${PAGE.id} has no persona ${id} that its token can access: nothing was deleted.\n`,
  });
  const other = await createPersona(emulator, 'Beth');
  for (const deletedIds of [[{ id: other }], []]) {
    expect(await app.json(0, 'del', other)).toEqual({
      page: { id: PAGE.id },
      deleted: deletedIds,
    });
  }
});

test('get and delete know the names of the directory', async () => {
  const emulator = await startEmulator();
  const desk = await createPersona(emulator, 'Desk');
  const other = await createPersona(emulator, 'Adam');
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam'), desk },
  });
  const idNow = async () =>
    (await app.json<{ persona: { id: string } }>(0, 'get', 'adam')).persona.id;
  expect(await idNow()).toBe(other);
  await app.json(0, 'delete', other, '--yes');
  await app.json(0, 'sync', '--yes');
  const adam = await idNow();
  expect(adam).not.toBe(other);
  // Of the same name as the one that the store knows.
  const newer = await createPersona(emulator, 'Adam');
  expect(await idNow()).toBe(adam);
  expect(await app.json(0, 'get', 'desk')).toMatchObject({
    persona: { id: desk },
  });
  const unasked = await app.run('delete', 'adam');
  expect(unasked).toMatchObject({ status: 2, stdout: '' });
  expect(unasked.stderr).toContain('confirm with --yes');
  for (const [name, id] of [
    ['adam', adam],
    ['adam', newer],
    ['desk', desk],
  ]) {
    expect(await app.json(0, 'delete', name ?? '', '--yes')).toEqual({
      page: { id: PAGE.id },
      deleted: [{ id }],
    });
  }
  const again = await app.run('delete', 'adam', '--yes');
  expect(again).toEqual({
    status: 0,
    stderr: '',
    stdout: `The Page ${PAGE.id} has no persona "adam" that its token can access: nothing was deleted.\n`,
  });
  expect(await app.run('get', 'adam')).toMatchObject({
    status: 1,
    stderr: `Error: The Page ${PAGE.id} has no persona for the name "adam".\n`,
  });
});

test('create --json prints JSON', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin);
  const answer = await app.json(
    0,
    ...['create', '--name', 'Adam', '--pic', pictureOf('Adam')],
  );
  expect(answer).toEqual({
    page: { id: PAGE.id },
    persona: { id: emulator.state().personas[0]?.id, ...profile('Adam') },
  });
});
