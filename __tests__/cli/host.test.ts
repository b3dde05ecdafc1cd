import { makeApp, makePersona, profile, startPages } from '../support/cli';

const directory = { adam: profile('Adam') };

test.each([
  ['list', '--json'],
  ['sync', '--dry-run'],
  ['create', '--name', 'Adam', '--pic', 'https://example.com/a.png'],
  ['lst'],
  ['--version'],
  ['list', '--config', 'bad.js'],
])(
  '%j ends in the process that the other suites have for many commands as in one of its own',
  async (...args) => {
    const emulator = await startPages();
    await makePersona(emulator, 'Adam');
    const app = makeApp(emulator.origin, { directory });
    app.write('bad.js', 'module.exports = {\n  channels: a b,\n};');
    const alone = await app.start(args).ended;
    expect(await app.run(...args)).toEqual(alone);
    expect(await app.run(...args)).toEqual(alone);
  },
);
