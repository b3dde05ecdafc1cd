import { PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { alive } from '../support/emulatorState';
import { onPage, startFakeGraph } from '../support/fakeGraph';
import { createPersona, pictureOf, profile } from '../support/personas';
import { makeApp } from './cliApp';

const CREATE = ['create', '--name', 'Adam', '--pic', pictureOf('Adam')];

test('delete asks before it deletes a persona of the directory', async () => {
  const emulator = await startEmulator();
  const adam = await createPersona(emulator, 'Adam');
  const desk = await createPersona(emulator, 'Desk');
  const beth = await createPersona(emulator, 'Beth');
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam'), desk, beth: profile('Beth B.') },
  });
  await app.store.set(`directory:${PAGE.id}:beth`, {
    id: beth,
    ...profile('Beth B.'),
  });
  for (const [id, name] of [
    [adam, 'adam'],
    [desk, 'desk'],
    [beth, 'beth'],
  ] as const) {
    const { status, stdout, stderr } = await app.run('delete', id);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`the directory names the persona ${id} (`);
    expect(stderr).toContain(`"${name}"; confirm with --yes`);
  }
  expect(alive(emulator)).toEqual(['Adam', 'Desk', 'Beth']);

  await app.json(0, 'delete', adam, '--yes');
  expect(alive(emulator)).toEqual(['Desk', 'Beth']);
});

test('create asks before it creates a second persona with the same name', async () => {
  const emulator = await startEmulator();
  const adam = await createPersona(emulator, 'Adam');
  const app = makeApp(emulator.origin);
  const { status, stdout, stderr } = await app.run(...CREATE);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(
    `the Page ${PAGE.id} has a persona "Adam": ${adam}; create another with --yes`,
  );
  expect(alive(emulator)).toEqual(['Adam']);

  await app.json(0, ...CREATE, '--yes');
  expect(alive(emulator)).toEqual(['Adam', 'Adam']);
});

test('both ask in a terminal', async () => {
  const emulator = await startEmulator();
  const adam = await createPersona(emulator, 'Adam');
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
  });
  const making = app.onTerminal(CREATE);
  await making.printed(/Create another\? \[y\/N\]/);
  making.child.stdin?.write('n\n');
  expect((await making.ended).stdout).toContain('Nothing was done.');
  expect(alive(emulator)).toEqual(['Adam']);

  const deleting = app.onTerminal(['delete', adam]);
  await deleting.printed(/Delete it\? \[y\/N\]/);
  deleting.child.stdin?.write('y\n');
  expect((await deleting.ended).stdout).toContain('Deleted the persona');
  expect(alive(emulator)).toEqual([]);
});

test('delete refuses IDs that do not belong to a persona', async () => {
  const { origin, calls } = await startFakeGraph(
    onPage({ body: { id: '12', message: 'A post of the Page.' } }),
  );
  const { status, stderr } = await makeApp(origin).run('delete', '12');
  expect(status).toBe(1);
  expect(stderr).toBe(
    'Error: The ID 12 does not belong to a persona, so nothing was deleted.\n',
  );
  expect(calls.filter((call) => call.startsWith('DELETE'))).toEqual([]);
});
