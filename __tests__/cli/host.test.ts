import { startEmulator } from '../support/emulator';
import { createPersona, profile } from '../support/personas';
import { makeApp } from './cliApp';

const directory = { adam: profile('Adam') };

test.each([
  ['list', '--json'],
  ['sync', '--dry-run'],
  ['create', '--name', 'Adam', '--pic', 'https://example.com/a.png'],
  ['lst'],
  ['--version'],
  ['list', '--config', 'bad.js'],
])(
  '%j has the same result in the shared process of these suites as in a process of its own',
  async (...args) => {
    const emulator = await startEmulator();
    await createPersona(emulator, 'Adam');
    const app = makeApp(emulator.origin, { directory });
    app.write('bad.js', 'module.exports = {\n  channels: a b,\n};');
    const alone = await app.start(args).ended;
    expect(await app.run(...args)).toEqual(alone);
    expect(await app.run(...args)).toEqual(alone);
  },
);
