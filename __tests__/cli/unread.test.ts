import fs from 'node:fs';
import path from 'node:path';

import { startEmulator } from '../support/emulator';
import { alive } from '../support/emulatorState';
import { profile } from '../support/personas';
import { makeApp } from './cliApp';

const DIRECTORY = { adam: profile('Adam Z.'), beth: profile('Beth') };

test.each(['stdout', 'stderr'] as const)(
  'sync completes its plan although no one reads its %s any more, as behind `head`',
  async (stream) => {
    const emulator = await startEmulator();
    const app = makeApp(emulator.origin, {
      directory: DIRECTORY,
      store: false,
    });
    const { child, ended } = app.start(['sync', '--yes']);
    child[stream]?.destroy();
    expect(await ended).toMatchObject({ status: 0 });
    expect(alive(emulator).sort()).toEqual(['Adam Z.', 'Beth']);
  },
);

/** Linux has a device that takes nothing, as a full disk. */
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a result that cannot be written is a failure', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, { directory: DIRECTORY });
  const intoFull = path.join(app.folder, 'intoFull.js');
  fs.writeFileSync(
    intoFull,
    `const fs = require('node:fs'); fs.closeSync(1); fs.openSync('/dev/full', 'w');`,
  );
  const { ended } = app.start(['list', '--json'], {
    NODE_OPTIONS: `--require ${intoFull}`,
  });
  const { status, stderr } = await ended;
  expect(stderr).toMatch(/^Error: The result could not be written: ENOSPC/);
  expect(status).toBe(1);
});
