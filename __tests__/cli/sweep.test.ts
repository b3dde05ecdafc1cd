import { PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { alive } from '../support/emulatorState';
import { createPersona, profile } from '../support/personas';
import { leaveRecord } from '../support/stores';
import { makeApp } from './cliApp';

interface SweepResult {
  deleted: { id: string; name: string }[];
  suspects: { id: string; name: string }[];
}

/** A Page with personas on the fly: of a dead process, of one that lives, and of one that never wrote down its ID. */
async function leaveBehind() {
  const emulator = await startEmulator();
  const ids = {
    dead: await createPersona(emulator, 'Dead'),
    live: await createPersona(emulator, 'Live'),
    unknown: await createPersona(emulator, 'Unknown'),
    named: await createPersona(emulator, 'Named'),
  };
  const app = makeApp(emulator.origin, {
    directory: { named: profile('Named') },
  });
  const lease = (id: string | null, name: string, expiresAt = 1) =>
    leaveRecord(app.store, {
      pageId: PAGE.id,
      id,
      ...profile(name),
      expiresAt,
    });
  await lease(ids.dead, 'Dead');
  await lease(ids.live, 'Live', Date.now() + 60_000);
  await lease(null, 'Unknown');
  return { emulator, app, ids };
}

test('sweep deletes personas whose lease has expired, and lists suspects', async () => {
  const { emulator, app, ids } = await leaveBehind();

  const { status, stdout, stderr } = await app.run('sweep');

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`deleted "Dead": ${ids.dead}\n`);
  expect(stdout).toMatch(new RegExp(`\n${ids.unknown} +Unknown +http`));
  expect(stdout).toContain(`1 deleted, 1 suspect on the Page ${PAGE.id}.`);
  expect(alive(emulator)).toEqual(['Live', 'Unknown', 'Named']);

  expect(await app.json<SweepResult>(0, 'sweep')).toMatchObject({
    deleted: [],
    suspects: [{ id: ids.unknown, name: 'Unknown' }],
  });
});

test('--delete-suspects deletes suspects, too', async () => {
  const { emulator, app, ids } = await leaveBehind();
  const swept = await app.json<SweepResult>(
    0,
    ...['sweep', '--delete-suspects', '--yes'],
  );
  expect(swept).toMatchObject({
    deleted: [{ id: ids.dead }, { id: ids.unknown }],
    suspects: [],
  });
  expect(alive(emulator)).toEqual(['Live', 'Named']);
  expect(await app.json<SweepResult>(0, 'sweep')).toMatchObject({
    deleted: [],
    suspects: [],
  });
});

test('a deletion that Messenger refuses fails the command, and the next sweep tries again', async () => {
  const { emulator, app, ids } = await leaveBehind();
  const mend = emulator.fail({
    method: 'DELETE',
    status: 403,
    error: { message: 'Permissions error', code: 200 },
  });
  const { status, stderr } = await app.run('sweep');
  expect(status).toBe(1);
  expect(stderr).toMatch(/"Dead".* could not be deleted: Permissions error/);
  mend();
  const { deleted } = await app.json<SweepResult>(0, 'sweep');
  expect(deleted).toMatchObject([{ id: ids.dead }]);
});

test('a suspect that could not be deleted remains a suspect', async () => {
  const { emulator, app, ids } = await leaveBehind();
  emulator.fail({
    method: 'DELETE',
    path: `/${ids.unknown}`,
    status: 403,
    error: { message: 'Permissions error', code: 200 },
  });
  const swept = await app.json<SweepResult>(
    1,
    ...['sweep', '--delete-suspects', '--yes'],
  );
  expect(swept).toMatchObject({
    deleted: [{ id: ids.dead }],
    suspects: [{ id: ids.unknown }],
  });
});

test('without a store, sweep says that it cannot find anything', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { store: false });
  const { status, stdout, stderr } = await app.run('sweep');
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `0 deleted, 0 suspects on the Page ${PAGE.id}.\n`,
  });
  expect(stderr).toContain('personas() has no `store`');
});
