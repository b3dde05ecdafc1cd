import { execFileSync } from 'node:child_process';

import { makeApp } from '../support/cli';

test.each(['bottender-persona', 'bottender-persona/emulator'])(
  'a bot that requires %s does not load the command line',
  (name) => {
    const { folder } = makeApp('');
    const code = `require('${name}'); console.log(JSON.stringify(Object.keys(require.cache)));`;
    const output = execFileSync(process.execPath, ['-e', code], {
      cwd: folder,
      encoding: 'utf8',
    });
    const loaded = JSON.parse(output) as string[];
    expect(loaded.some((file) => file.endsWith('dist/emulator/index.js'))).toBe(
      name.endsWith('emulator'),
    );
    expect(
      loaded.filter((file) =>
        /dist\/cli\/|commander|cli-table3|cli-progress/.test(file),
      ),
    ).toEqual([]);
  },
);
