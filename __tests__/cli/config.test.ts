import fs from 'node:fs';
import path from 'node:path';

import { APP_SECRET, OTHER_PAGE, PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { createPersona, profile } from '../support/personas';
import { makeApp, USUAL_CONFIG } from './cliApp';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
/** As Meta's begin. */
const TOKEN = 'EAAGm0PX4ZCpsBA';

test.each([
  ['no channels', 'module.exports = {};', 'no `channels.messenger`'],
  [
    'another channel only',
    'module.exports = { channels: { line: {} } };',
    'no `channels.messenger`',
  ],
  [
    'a promise',
    'module.exports = (async () => ({ channels: {} }))();',
    'bottender.config.js exports a promise. Bottender needs the object itself: export that.',
  ],
  [
    'a function',
    'module.exports = async () => ({ channels: {} });',
    'bottender.config.js exports a function.',
  ],
  [
    'code that throws',
    "throw new Error('of its own');",
    'bottender.config.js could not be loaded: Error: of its own',
  ],
  [
    'a module that is missing',
    "require('no-such-module');",
    "Cannot find module 'no-such-module'",
  ],
  [
    'bad options',
    "require('bottender-persona').personas({ directroy: {} });",
    'personas() has no option "directroy"',
  ],
  [
    'a syntax error',
    'module.exports = {\n  channels: a b,\n};',
    "SyntaxError: Unexpected identifier 'b' (bottender.config.js:2)",
  ],
  [
    'a token without quotes',
    `\nmodule.exports = ${TOKEN};`,
    'ReferenceError: [removed] is not defined (bottender.config.js:2)',
  ],
  [
    'an error that holds what is in .env',
    'throw new Error(`No ${process.env.MESSENGER_ACCESS_TOKEN} for redis://me:hunter2@host`);',
    'No [removed] for redis://[removed]@host (bottender.config.js:1)',
  ],
  [
    'a getter that throws a token',
    `module.exports = { get channels() { throw new Error('${TOKEN} has expired'); } };`,
    'bottender.config.js could not be read: Error: [removed] has expired',
  ],
  [
    'a setting whose getter throws a token',
    `module.exports = { channels: { messenger: { get accessToken() { throw new Error('${TOKEN} has expired'); } } } };`,
    'bottender.config.js could not be read: Error: [removed] has expired',
  ],
  [
    'plugins whose getter throws a token',
    `module.exports = { channels: { messenger: {} }, get plugins() { throw new Error('${TOKEN} has expired'); } };`,
    'bottender.config.js could not be read: Error: [removed] has expired',
  ],
  [
    'a map that throws a token',
    `module.exports = { channels: { messenger: { async mapPageToAccessToken(id) { throw new Error('${TOKEN} has expired'); } } } };`,
    'mapPageToAccessToken failed for the Page 100000000000001: Error: [removed] has expired',
  ],
  [
    'an app secret that is a number',
    `module.exports = { channels: { messenger: { accessToken: '${TOKEN}', appSecret: 7318924506 } } };`,
    'channels.messenger.appSecret in bottender.config.js must be a string, but it is of type number.',
  ],
])('a config with %s is reported', async (_, config, message) => {
  const app = makeApp(NOWHERE, { config });
  const { status, stdout, stderr } = await app.run('list', '--page', PAGE.id);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(message);
  for (const secret of [TOKEN, 'hunter2', '7318924506']) {
    expect(stderr).not.toContain(secret);
  }
});

test('a config may be an ES module, or another file with --config', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
  });
  const usual = path.join(app.folder, 'bottender.config.js');
  const esm = (name: string) =>
    fs.writeFileSync(
      path.join(app.folder, name),
      `import config from './usual.cjs';\nexport default { ...config };\n`,
    );
  fs.renameSync(usual, path.join(app.folder, 'usual.cjs'));
  esm('bottender.config.mjs');
  await app.json(0, 'sync', '--yes');
  expect(emulator.state().personas).toMatchObject([{ name: 'Adam' }]);

  fs.mkdirSync(path.join(app.folder, 'else where'));
  fs.writeFileSync(
    path.join(app.folder, 'else where', 'bad.mjs'),
    'export default {\n  a: 1,\n  b: c d,\n};\n',
  );
  const bad = await app.run('list', '--config', 'else where/bad.mjs');
  expect(bad).toMatchObject({ status: 1, stdout: '' });
  expect(bad.stderr).toBe(
    `Error: else where/bad.mjs could not be loaded: SyntaxError: Unexpected identifier 'd' (else where/bad.mjs:3)\n`,
  );
  expect(await app.run('list', '--config', 'usual.cjs')).toMatchObject({
    status: 0,
  });
  app.write('no-token.js', 'module.exports = { channels: { messenger: {} } };');
  expect((await app.run('list', '--config', 'no-token.js')).stderr).toBe(
    'Error: There is no access token: channels.messenger.accessToken in the config is empty. Is it set in .env?\n',
  );
  expect((await app.run('list', '--config', 'no.js')).stderr).toBe(
    'Error: --config: there is no file "no.js".\n',
  );
  expect((await app.run('list', '--config', '')).stderr).toBe(
    'Error: --config: there is no file "".\n',
  );
});

test('a folder without a config is reported', async () => {
  const app = makeApp(NOWHERE);
  fs.rmSync(path.join(app.folder, 'bottender.config.js'));
  const { status, stderr } = await app.run('list');
  expect(status).toBe(1);
  expect(stderr).toBe(
    'Error: There is no bottender.config.js (or .mjs, .cjs) in this folder: run this command in the folder of your Bottender app, or name the file with --config <file>.\n',
  );
});

test.each([
  [{ MESSENGER_APP_SECRET: APP_SECRET }, 'There is no access token'],
  [
    { MESSENGER_ACCESS_TOKEN: PAGE.accessToken, MESSENGER_APP_SECRET: '' },
    'There is no app secret',
  ],
])('an .env without a credential is reported', async (env, message) => {
  const app = makeApp(NOWHERE, { env: { ...env, STORE: '' } });
  const { status, stderr } = await app.run('list');
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).toContain('Is it set in .env?');
});

test.each([['sync', '--yes'], ['sweep']])(
  '%s works without personas() in the plugins',
  async (...args) => {
    const emulator = await startEmulator();
    const config = `${USUAL_CONFIG}\nmodule.exports.plugins = [() => undefined];`;
    const app = makeApp(emulator.origin, { config });
    const { status, stderr } = await app.run(...args);
    expect(status).toBe(1);
    expect(stderr).toContain('no personas() among the `plugins`');
  },
);

test('`personas` in the plugins, without a call, is reported', async () => {
  const config = `${USUAL_CONFIG}\nmodule.exports.plugins = [personas];`;
  const app = makeApp(NOWHERE, { config });
  expect(await app.run('list')).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'Error: personas is not called in bottender.config.js: write `plugins: [personas()]`.\n',
  });
});

test('sync --prune deletes nothing if the directory is empty', async () => {
  const emulator = await startEmulator();
  await createPersona(emulator, 'Adam');
  const app = makeApp(emulator.origin);
  const { status, stderr } = await app.run('sync', '--prune', '--yes');
  expect(status).toBe(1);
  expect(stderr).toContain('The `directory` of personas()');
  expect(emulator.state().personas).toMatchObject([{ deleted: false }]);
});

test('an unreachable Messenger is reported', async () => {
  const app = makeApp(NOWHERE);
  const { status, stdout, stderr } = await app.run('list', '--json');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/Could not open the Page: .*ECONNREFUSED/);
  expect(stderr).toContain('channels.messenger.origin');
});

test('a token that Messenger refuses is reported', async () => {
  const emulator = await startEmulator();
  emulator.fail({
    status: 400,
    error: {
      message: `Error validating access token: ${PAGE.accessToken}`,
      code: 190,
      error_subcode: 463,
    },
  });
  const app = makeApp(emulator.origin);
  const { status, stderr } = await app.run('list');
  expect(status).toBe(1);
  expect(stderr).toContain('Error validating access token: [removed]');
  expect(stderr).toContain('HTTP 400, code 190, subcode 463');
  expect(stderr).toContain('put a token of this Page into .env');
});

test('calls have the proof of the configured app secret, unless skipAppSecretProof is set', async () => {
  const emulator = await startEmulator();
  const wrong = `${USUAL_CONFIG}module.exports.channels.messenger.appSecret = 'another';`;
  const refused = makeApp(emulator.origin, { config: wrong });
  const { status, stderr } = await refused.run('list');
  expect(status).toBe(1);
  expect(stderr).toContain('Invalid appsecret_proof');

  const skipping = makeApp(emulator.origin, {
    config: `${wrong}module.exports.channels.messenger.skipAppSecretProof = true;`,
  });
  expect(await skipping.run('list')).toMatchObject({ status: 0 });
});

test('a persona that is missing, or belongs to another Page, is reported', async () => {
  const emulator = await startEmulator();
  const elsewhere = await createPersona(emulator, 'Elsewhere', OTHER_PAGE);
  const app = makeApp(emulator.origin);
  const { status, stdout, stderr } = await app.run('get', '--id', elsewhere);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/Could not get the persona \d+: .*code 100/);
});

test.each([
  'console.log',
  "require('node:console').log",
  '(text) => process.stdout.write(`${text}\\n`)',
])(
  "what the bot's own code prints by %s does not mix with the JSON",
  async (log) => {
    const emulator = await startEmulator();
    const config = `(${log})('hello from the bot');\n${USUAL_CONFIG}`;
    const app = makeApp(emulator.origin, { config });
    const { stdout, stderr } = await app.start(['list', '--json']).ended;
    expect(JSON.parse(stdout)).toMatchObject({ personas: [] });
    expect(stderr).toBe('hello from the bot\n');
  },
);

test("a command that the bot's own code ends is not done", async () => {
  const app = makeApp(NOWHERE, { config: 'process.exit(0);' });
  expect(await app.start(['sync', '--yes']).ended).toEqual({
    status: 1,
    stdout: '',
    stderr:
      "Error: The bot's own code ended the process before the command was done.\n",
  });
});

test('a config that awaits for ever is given up after ten seconds', async () => {
  const app = makeApp(NOWHERE);
  app.write('endless.mjs', 'await new Promise(() => {});');
  // Ten seconds pass in a tenth.
  app.write(
    'hurry.cjs',
    'const { setTimeout: wait } = globalThis; globalThis.setTimeout = (run, ms, ...args) => wait(run, ms / 100, ...args);',
  );
  const args = ['list', '--config', 'endless.mjs'];
  const { ended } = app.start(args, { NODE_OPTIONS: '--require ./hurry.cjs' });
  expect(await ended).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'Error: endless.mjs could not be loaded: it did not finish in 10 s. What does it await?\n',
  });
});

test('the name of the current folder is no secret', async () => {
  const app = makeApp(NOWHERE);
  app.write('lost.js', 'throw new Error(`lost in ${__dirname}`);');
  const args = ['list', '--config', 'lost.js'];
  const { ended } = app.start(args, { PWD: app.folder, OLDPWD: app.folder });
  expect((await ended).stderr).toContain(`lost in ${app.folder}`);
});

test.each([
  [['list', '--page', 'x'], 'IDs have digits only.'],
  [['list', 'more'], 'too many arguments'],
  [['list', '--colour'], "unknown option '--colour'"],
  [['lst'], "unknown command 'lst'"],
  [['create', '--name', 'Adam'], "required option '--pic <url>'"],
  [
    ['create', '--name', 'A'.repeat(51), '--pic', 'https://example.com/a.png'],
    'at most 50 characters',
  ],
  [['create', '--name', 'A', '--pic', '/a.png'], 'must be an http(s) URL'],
  [['get'], 'The ID of the persona is missing.'],
  [['get', '12', '--id', '13'], 'The IDs 12 and 13 differ: give one of them.'],
  [['get', '../me'], 'IDs have digits only.'],
  [['delete', '--id', 'adam'], 'IDs have digits only.'],
  [
    ['delete', 'adan'],
    '"adan" is not a name of the directory (did you mean "adam"?), and IDs have digits only.',
  ],
  [['sync'], 'There is no terminal to ask for confirmation'],
  [['sync', '--json'], '--json cannot ask for confirmation'],
  [
    ['sweep', '--delete-suspects'],
    'There is no terminal to ask for confirmation',
  ],
])('%j is reported as wrong usage', async (args, message) => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
  });
  const { status, stdout, stderr } = await app.run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(emulator.state().requests).toEqual([]);
});

test.each([
  ['-h', /^Usage: bottender-persona/],
  ['--version', /^\d+\.\d+\.\d+\n$/],
  ['-v', /^\d+\.\d+\.\d+\n$/],
])('%s needs no config', async (flag, expected) => {
  const app = makeApp(NOWHERE, { config: 'throw 1' });
  const { status, stdout, stderr } = await app.run(flag);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(expected);
});

test('without a command, the help is shown', async () => {
  const app = makeApp(NOWHERE);
  const { status, stdout, stderr } = await app.run();
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Usage: bottender-persona');
});

test.each(['list', 'create', 'get', 'delete', 'sync', 'sweep'])(
  '%s --help shows an example',
  async (command) => {
    const app = makeApp(NOWHERE);
    const { status, stdout, stderr } = await app.run(command, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`$ npx bottender-persona ${command}`);
    expect(stdout).toContain('--json');
  },
);
