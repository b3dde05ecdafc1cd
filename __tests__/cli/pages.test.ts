import { CommandError } from '../../src/cli/commandErrors';
import { openPage } from '../../src/cli/openBot';
import { OTHER_PAGE, PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { profile } from '../support/personas';
import { makeApp, SEVERAL_PAGES, USUAL_CONFIG } from './cliApp';

const config = USUAL_CONFIG + SEVERAL_PAGES;
const directory = { adam: profile('Adam') };

test('with several Pages, each command uses the one that --page names', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory, config });

  await app.json(0, 'sync', '--page', OTHER_PAGE.id, '--yes');
  expect(emulator.state().personas).toMatchObject([{ pageId: OTHER_PAGE.id }]);
  await app.json(0, 'sync', '--page', PAGE.id, '--yes');
  const [other, first] = emulator.state().personas;
  expect(first).toMatchObject({ pageId: PAGE.id });

  expect(await app.json(0, 'list', '--page', PAGE.id)).toMatchObject({
    page: { id: PAGE.id },
    personas: [{ id: first?.id, directory: ['adam'] }],
  });
  const name = `directory:${OTHER_PAGE.id}:adam`;
  expect(await app.store.get(name)).toMatchObject({ id: other?.id });
});

test.each([
  ['list'],
  ['create', '--name', 'Adam', '--pic', 'https://example.com/a.png'],
  ['get', '--id', '1'],
  ['delete', '--id', '1'],
  ['sync', '--yes'],
  ['sweep'],
])('with several Pages, %s without --page is wrong usage', async (...args) => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory, config });
  const { status, stdout, stderr } = await app.run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('choose one with --page <id>');
  expect(emulator.state().requests).toEqual([]);
});

test('a Page without a token in mapPageToAccessToken is reported', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory, config });
  const { status, stderr } = await app.run('list', '--page', '42');
  expect(status).toBe(1);
  expect(stderr).toContain(
    'mapPageToAccessToken returned no access token for the Page 42.',
  );
});

test('a mapPageToAccessToken that fails, or returns the token of another Page, is reported', async () => {
  const emulator = await startEmulator();
  const map = 'module.exports.channels.messenger.mapPageToAccessToken =';
  const failing = makeApp(emulator.origin, {
    directory,
    config: `${USUAL_CONFIG}${map} () => { throw new Error('no database: ' + process.env.MESSENGER_ACCESS_TOKEN); };`,
  });
  const failed = await failing.run('list', '--page', PAGE.id);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain('no database: [removed]');

  const encoding = makeApp(emulator.origin, {
    directory,
    config: `${USUAL_CONFIG}module.exports.channels.messenger.accessToken = 'TO|KEN';
      ${map} () => { throw new Error('GET /pages?token=TO%7cKEN'); };`,
  });
  const told = await encoding.run('list', '--page', PAGE.id);
  expect(told.stderr).toContain('GET /pages?token=[removed]');

  const wrong = makeApp(emulator.origin, {
    directory,
    config: `${USUAL_CONFIG}${map} async () => process.env.OTHER_ACCESS_TOKEN;`,
  });
  const { status, stderr } = await wrong.run('list', '--page', PAGE.id);
  expect(status).toBe(1);
  expect(stderr).toContain(
    `mapPageToAccessToken returned a wrong token: the access token belongs to the Page ${OTHER_PAGE.id}, not to ${PAGE.id}.`,
  );
});

test('with one Page, --page is optional, and must be the ID of that Page', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin);
  expect(await app.run('list', '--page', PAGE.id)).toMatchObject({ status: 0 });
  const { status, stderr } = await app.run('list', '--page', OTHER_PAGE.id);
  expect(status).toBe(2);
  expect(stderr).toContain(`belongs to the Page ${PAGE.id}`);
});

test('a mapPageToAccessToken that returns no token is reported', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory,
    config: `${USUAL_CONFIG}module.exports.channels.messenger.mapPageToAccessToken = async () => 42;`,
  });
  const { status, stderr } = await app.run('list', '--page', PAGE.id);
  expect(status).toBe(1);
  expect(stderr).toContain(
    'mapPageToAccessToken returned no access token for the Page',
  );
});

test('a mapPageToAccessToken that never returns is given up after ten seconds', async () => {
  jest.useFakeTimers();
  try {
    const mapPageToAccessToken = () => new Promise<string>(() => {});
    const failed = jest.fn();
    openPage({ mapPageToAccessToken }, PAGE.id).catch(failed);
    await jest.advanceTimersByTimeAsync(9999);
    expect(failed).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(failed).toHaveBeenCalledWith(
      new CommandError(
        `mapPageToAccessToken did not answer for the Page ${PAGE.id} in 10 s.`,
      ),
    );
  } finally {
    jest.useRealTimers();
  }
});
