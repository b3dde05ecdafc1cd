import { execFileSync } from 'node:child_process';

import { makeApp } from './cliApp';

test('requiring the package does not load the command line', () => {
  const { folder } = makeApp('');
  const code = `require('bottender-persona'); console.log(JSON.stringify(Object.keys(require.cache)));`;
  const output = execFileSync(process.execPath, ['-e', code], {
    cwd: folder,
    encoding: 'utf8',
  });
  const loaded = JSON.parse(output) as string[];
  expect(loaded.some((file) => file.endsWith('dist/index.js'))).toBe(true);
  expect(
    loaded.filter((file) => /dist\/cli\/|commander|string-width/.test(file)),
  ).toEqual([]);
});
