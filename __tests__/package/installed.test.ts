import path from 'node:path';

import {
  pack,
  PackedApp,
  removeTemporaryFolders,
  type Packed,
  type PackageName,
} from '../support/packedApp';

const OLDEST_BOTTENDER = '1.0.0';
const NEWEST_BOTTENDER = '1.5.5';
const JEST = ['jest@30'];
const TYPESCRIPT = [
  'typescript@6.0.3',
  'ts-jest@29',
  '@types/jest@30',
  '@types/node@20',
];

const CONVERSATION = [
  'Page: Hello.',
  'Adam Z.: Adam here.',
  'Adam Z.: Hello.',
  'Dr. Pear: A specialist answers.',
];

let packed: Record<PackageName, Packed>;
beforeAll(async () => {
  packed = await pack();
});
afterAll(removeTemporaryFolders);

test('the tarballs hold what they need and nothing else', () => {
  const others = (name: PackageName) => {
    const { bytes, files } = packed[name];
    process.stdout.write(
      `${name}: ${(bytes / 1024).toFixed(1)} KiB, ${files.length} files\n`,
    );
    return files.filter((file) => !/^dist\/.*\.(js|d\.ts)$/.test(file)).sort();
  };
  // What README.md shows and links to comes along.
  const isDocument = (file: string) => /^docs\/.*\.(md|png)$/.test(file);
  expect(
    others('bottender-persona').filter((file) => !isDocument(file)),
  ).toEqual([
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'package.json',
  ]);
  const isPage = (file: string) =>
    /^dist\/page\/[\w-]+\.(html|css)$/.test(file);
  const ofEmulator = others('messenger-emulator');
  expect(ofEmulator).toContain('dist/page/index.html');
  expect(
    ofEmulator.filter((file) => !isDocument(file) && !isPage(file)),
  ).toEqual([
    'LICENSE',
    'README.md',
    'bin/messenger-emulator.js',
    'package.json',
  ]);
});

test('publint and arethetypeswrong find nothing', async () => {
  const root = path.resolve(__dirname, '../..');
  const app = await PackedApp.create('javascript', packed, []);
  const bin = (name: string) => path.join(root, 'node_modules/.bin', name);
  for (const { file } of Object.values(packed)) {
    await app.run(bin('publint'), ['run', file, '--strict']);
    await app.run(bin('attw'), [file, '--format', 'ascii']);
  }
});

test('npx messenger-emulator runs without Bottender', async () => {
  const app = await PackedApp.create('javascript', packed, []);
  expect(await app.run('npx', ['messenger-emulator', '--version'])).toBe(
    '1.0.0\n',
  );
});

describe('a JavaScript app', () => {
  test.each([OLDEST_BOTTENDER, NEWEST_BOTTENDER])(
    'runs its tests and talks, with Bottender %s',
    async (version) => {
      const app = await PackedApp.create('javascript', packed, [
        `bottender@${version}`,
        ...JEST,
      ]);
      await app.run('npm', ['test']);
      const said = await app.run('node', ['conversation.mjs']);
      expect(JSON.parse(said)).toEqual(CONVERSATION);
    },
  );

  test('loads nothing that it does not use', async () => {
    const app = await PackedApp.create('javascript', packed, [
      `bottender@${NEWEST_BOTTENDER}`,
    ]);
    const loaded = await app.run('node', [
      '-p',
      `require('bottender-persona'); JSON.stringify(Object.keys(require.cache))`,
    ]);
    const packages = (JSON.parse(loaded) as string[]).map(
      (file) => file.split('node_modules/').at(-1) ?? '',
    );
    expect(
      packages.filter((file) => /^bottender-persona\/dist\/cli\//.test(file)),
    ).toEqual([]);
    expect(
      [...new Set(packages.map((file) => file.split('/')[0]))].sort(),
    ).toEqual([
      'bottender-persona',
      // What `debug` brings, and looks for on a terminal.
      ...['debug', 'has-flag', 'ms', 'supports-color'],
    ]);
  });
});

describe('a TypeScript app', () => {
  let app: PackedApp;
  beforeAll(async () => {
    app = await PackedApp.create('typescript', packed, [
      `bottender@${NEWEST_BOTTENDER}`,
      ...JEST,
      ...TYPESCRIPT,
    ]);
    await app.write(
      'jest.config.js',
      `module.exports = { testMatch: ['**/src/*.test.ts'], transform: { '\\\\.ts$': 'ts-jest' } };\n`,
    );
  });

  test('compiles with strict, runs its tests and talks', async () => {
    await app.run('npm', ['run', 'build']);
    await app.run('npm', ['test']);
    const said = await app.run('node', ['conversation.mjs']);
    expect(JSON.parse(said)).toEqual(CONVERSATION);
  });

  test.each([
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])(
    'finds the types from an ES module with module %s, resolution %s',
    async (module, resolution) => {
      await app.write(
        'esm.mts',
        `import { personas, type PersonasOptions } from 'bottender-persona';
import { startMessengerEmulator, type MessengerEmulator } from 'messenger-emulator';
const options: PersonasOptions = { unsupportedSenderActions: 'as-page' };
export const plugin = personas(options);
export const started: Promise<MessengerEmulator> = startMessengerEmulator({
  appId: '1', appSecret: 's', pages: [{ id: '1', name: 'Page', accessToken: 't' }],
});
// @ts-expect-error the types are there, not any
personas({ nonsense: true });
`,
      );
      await app.run('npx', [
        'tsc',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--target',
        'es2022',
        '--module',
        module,
        '--moduleResolution',
        resolution,
        '--types',
        'node',
        '--ignoreConfig',
        'esm.mts',
      ]);
    },
  );
});
