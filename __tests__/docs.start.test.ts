import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { read } from './support/docs';
import { isTaken, startProgram } from './support/exampleBot';
import { freePort } from './support/freePort';

const LISTENS = `#!/usr/bin/env node
require('node:http').createServer().listen(process.env.PORT, () => console.log('listens'));
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'start-'));
});
afterAll(() => rm(folder, { recursive: true }));

// The compiler and Bottender are stood for by programs that need no time.
it.each([
  ['JavaScript', /^exec bottender start$/],
  ['TypeScript', /^tsc && exec bottender start$/],
])(
  'the start script of docs/getting-started.md in %s frees its port when npm ends',
  async (_, expected) => {
    const page = read('docs/getting-started.md');
    const scripts = page.matchAll(/npm pkg set scripts\.start="(.+)"/g);
    const start = [...scripts]
      .map(([, script = '']) => script)
      .find((script) => expected.test(script));
    const bin = path.join(folder, 'node_modules/.bin');
    await mkdir(bin, { recursive: true });
    const programs = { tsc: '#!/usr/bin/env node\n', bottender: LISTENS };
    for (const [name, code] of Object.entries(programs)) {
      await writeFile(path.join(bin, name), code);
      await chmod(path.join(bin, name), 0o755);
    }
    await writeFile(
      path.join(folder, 'package.json'),
      JSON.stringify({ name: 'my-bot', scripts: { start } }),
    );

    const port = await freePort();
    const npm = startProgram('npm', ['start'], { PORT: String(port) }, folder);
    await npm.printed(/listens/);
    npm.signal('SIGTERM');
    await npm.ended;
    expect(await isTaken(port)).toBe(false);
  },
);
