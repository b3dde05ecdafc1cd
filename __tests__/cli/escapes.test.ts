import { PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { startFakeGraph } from '../support/fakeGraph';
import { createPersona, profile } from '../support/personas';
import { leaveRecord } from '../support/stores';
import { makeApp, USUAL_CONFIG } from './cliApp';

const RED = '\u001b[31m';
/** C0, C1 and what turns the text around. */
const BAD = `${RED}\u009b2J\u0007\u202e`;
const SHOWN = '\ufffd[31m\ufffd2J\ufffd\ufffd';
const ESCAPES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

test('control characters in the names of a Page and its personas never reach the terminal, nor the JSON', async () => {
  const { origin } = await startFakeGraph(({ path }) => ({
    body:
      path === '/me'
        ? { id: PAGE.id, name: `Page ${BAD}` }
        : { data: [{ id: '12', name: `Adam ${BAD}` }] },
  }));
  const app = makeApp(origin, { directory: { adam: profile('Adam') } });
  for (const args of [
    ['list'],
    ['list', '--json'],
    ['sync', '--dry-run', '--prune'],
  ]) {
    const { status, stdout, stderr } = await app.run(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(
      args[1] === '--json' ? '"Adam \\u001b[31m' : SHOWN,
    );
    expect(stdout).not.toMatch(ESCAPES);
  }
  const { personas } = await app.json<{ personas: { name: string }[] }>(
    0,
    'list',
  );
  expect(personas).toMatchObject([{ name: `Adam ${BAD}` }]);
});

test('nor do those in Graph answers, warnings of the bot and values of the store', async () => {
  const emulator = await startEmulator();
  await createPersona(emulator, 'Adam');
  const app = makeApp(emulator.origin, {
    config: `process.emitWarning(${JSON.stringify(BAD)}, 'Odd');\n${USUAL_CONFIG}`,
  });
  await leaveRecord(app.store, `nonsense ${BAD}`);
  await leaveRecord(app.store, {
    pageId: PAGE.id,
    id: null,
    ...profile(`Adam ${BAD}`),
    expiresAt: 1,
  });
  const swept = await app.start(['sweep']).ended;
  expect(swept.stderr).toContain(`Odd: ${SHOWN}`);
  expect(swept.stdout + swept.stderr).not.toMatch(ESCAPES);

  emulator.fail({ status: 400, error: { message: BAD, code: 1 } });
  const { status, stderr } = await app.run('list');
  expect(status).toBe(1);
  expect(stderr).toContain(`Could not open the Page: ${SHOWN}`);
  expect(stderr).not.toMatch(ESCAPES);
});

test("an error of the bot's own code ends the command, and is printed without control characters", async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    config: `setImmediate(() => { throw new Error(${JSON.stringify(BAD)}); });\n${USUAL_CONFIG}`,
  });
  const { status, stderr } = await app.start(['list']).ended;
  expect(status).toBe(1);
  expect(stderr).toContain(`This should not have happened: Error: ${SHOWN}`);
  expect(stderr).not.toMatch(ESCAPES);
});

test("nor does an error of the bot's own code show a token", async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    config: `setImmediate(() => { throw new Error('EAAGm0PX4ZCpsBA has expired'); });\n${USUAL_CONFIG}`,
  });
  const { status, stderr } = await app.start(['list']).ended;
  expect(status).toBe(1);
  expect(stderr).toContain('Error: [removed] has expired');
  expect(stderr).not.toContain('EAAGm0PX4ZCpsBA');
});
