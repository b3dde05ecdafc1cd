import { readdirSync } from 'node:fs';
import path from 'node:path';

import { codeBlocks } from '../support/docs';
import {
  packagesOfThePage,
  playThePage,
  spoken,
  type Language,
} from './gettingStarted';
import {
  pack,
  PackedApp,
  removeTemporaryFolders,
  type Packed,
  type PackageName,
} from './packedApp';

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

// Bytes.
const BUDGET: Record<PackageName, number> = {
  'bottender-persona': 260_000,
  'messenger-emulator': 130_000,
};

test.each(['bottender-persona', 'messenger-emulator'] as const)(
  '%s contains its code and is small',
  (name) => {
    const { bytes, files } = packed[name];
    process.stdout.write(
      `${name}: ${(bytes / 1000).toFixed(1)} kB packed, ${files.length} files\n`,
    );
    expect(bytes).toBeLessThanOrEqual(BUDGET[name]);
    expect(files).toEqual(
      expect.arrayContaining(['dist/index.js', 'dist/index.d.ts']),
    );
  },
);

test('the tarball contains every Lua script of the source', () => {
  const scripts = (files: readonly string[]) =>
    files.filter((file) => file.endsWith('.lua')).sort();
  const inSource = readdirSync(path.join(__dirname, '../../src'), {
    recursive: true,
  }).map((file) => `dist/${String(file)}`);
  expect(scripts(inSource).length).toBeGreaterThan(10);
  expect(scripts(packed['bottender-persona'].files)).toEqual(scripts(inSource));
});

test('the tarballs contain what a user needs and nothing else', () => {
  const others = (name: PackageName) =>
    packed[name].files
      .filter((file) => !/^dist\/.*\.(js|d\.ts|lua)$/.test(file))
      .sort();
  // Which pages of docs/ are packed is tested in docs.links.test.ts.
  const isDocument = (file: string) => file.startsWith('docs/');
  const ofPlugin = others('bottender-persona');
  expect(ofPlugin.filter(isDocument)).toContain('docs/getting-started.md');
  expect(ofPlugin.filter((file) => !isDocument(file))).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'package.json',
  ]);
  const isPage = (file: string) =>
    /^dist\/page\/[\w-]+\.(html|css)$/.test(file);
  const ofEmulator = others('messenger-emulator');
  expect(ofEmulator).toContain('dist/page/index.html');
  expect(ofEmulator.filter((file) => !isPage(file))).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin/messenger-emulator.js',
    'docker/Dockerfile',
    'docker/compose.yaml',
    'docs/languages.md',
    'docs/messenger-facts.md',
    'docs/rules.md',
    'package.json',
  ]);
});

test('publint and arethetypeswrong find nothing, and the emulator runs alone', async () => {
  const root = path.resolve(__dirname, '../..');
  const app = await PackedApp.create('javascript', packed, []);
  const bin = (name: string) => path.join(root, 'node_modules/.bin', name);
  for (const { file } of Object.values(packed)) {
    await app.run(bin('publint'), ['run', file, '--strict']);
    await app.run(bin('attw'), [file, '--format', 'ascii']);
  }
  // Which runs without Bottender.
  expect(await app.run('npx', ['messenger-emulator', '--version'])).toBe(
    '1.1.0\n',
  );
});

test('a JavaScript app with the oldest Bottender passes its tests and answers messages', async () => {
  const app = await PackedApp.create('javascript', packed, [
    `bottender@${OLDEST_BOTTENDER}`,
    ...JEST,
  ]);
  await talks(app);
});

describe('a JavaScript app', () => {
  let app: PackedApp;
  beforeAll(async () => {
    app = await PackedApp.create('javascript', packed, [
      `bottender@${NEWEST_BOTTENDER}`,
      ...JEST,
    ]);
  });

  test('passes its tests and answers messages', () => talks(app));

  test('docs/getting-started.md leads from an empty folder to a bot that answers', async () => {
    expect(await playedFiles(app, 'JavaScript')).toEqual([
      'bottender.config.js',
      'index.js',
    ]);
  });

  test("gets Bottender's own ngrok, not the stub of this repository", async () => {
    const ngrok = await app.read('node_modules/ngrok/package.json');
    expect(JSON.parse(ngrok)).toHaveProperty('author');
  });

  test('imports the public entries by name, and nothing else', async () => {
    await app.write(
      'names.mjs',
      `import { personas, withPersona, InvalidPersonaError } from 'bottender-persona';
import { personaClients } from 'bottender-persona/client';
import { redisStore } from 'bottender-persona/redis';
import { startMessengerEmulator } from 'messenger-emulator';
import own from 'bottender-persona/package.json' with { type: 'json' };
const inner = await import('bottender-persona/dist/personas.js').catch(({ code }) => code);
console.log(JSON.stringify([
  typeof personas, typeof withPersona, typeof InvalidPersonaError,
  typeof personaClients, typeof redisStore, typeof startMessengerEmulator, own.name, inner,
]));
`,
    );
    expect(JSON.parse(await app.run('node', ['names.mjs']))).toEqual([
      ...[
        'function',
        'function',
        'function',
        'function',
        'function',
        'function',
      ],
      'bottender-persona',
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    ]);
  });

  test('loads only what it uses', async () => {
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
    const config = codeBlocks('docs/testing.md').find(
      ({ name }) => name === 'jest-config',
    );
    await app.write('jest.config.js', config?.code ?? '');
  });

  test('compiles with strict, passes its tests and answers messages', async () => {
    await app.run('npm', ['run', 'build']);
    await talks(app);
  });

  test('docs/getting-started.md leads from an empty folder to a bot that answers', async () => {
    expect(await playedFiles(app, 'TypeScript')).toEqual([
      'bottender.config.js',
      'tsconfig.json',
      'index.js',
      'src/index.ts',
    ]);
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

describe('an app without Bottender', () => {
  let app: PackedApp;
  beforeAll(async () => {
    app = await PackedApp.create('without-bottender', packed, [
      'messaging-api-messenger@1',
      'messaging-api-line@1',
      'fastify@5',
      'typescript@6.0.3',
      '@types/node@20',
    ]);
  });

  test('runs the bot of docs/without-bottender.md behind Fastify, with the axios that npm gives it', async () => {
    const installed = await app.run('npm', ['ls', '--all', '--parseable']);
    const packages = installed.match(/(?<=node_modules\/)[\w@/-]+$/gm);
    expect(packages).toContain('axios');
    expect(packages).not.toContain('bottender');
    const bot = codeBlocks('docs/without-bottender.md').find(
      ({ name }) => name === 'without-bottender',
    );
    await app.write('index.js', bot?.code ?? '');
    expect(JSON.parse(await app.run('node', ['talk.mjs']))).toEqual({
      said: [
        'Page: Write "agent", or ask about pears.',
        'Adam Z.: Adam here.',
        'Dr. Pear: A pear is ripe when its neck gives.',
      ],
      alive: ['Adam Z.'],
      unsigned: 400,
      verified: '7',
      guessed: 403,
    });
  });

  test('loads nothing of ours that is about contexts, and no client', async () => {
    const loaded = await app.run('node', [
      '-p',
      `require('bottender-persona/client'); JSON.stringify(Object.keys(require.cache))`,
    ]);
    const files = (JSON.parse(loaded) as string[]).map(
      (file) => file.split('node_modules/').at(-1) ?? '',
    );
    // Of what `debug` brings, a part is looked for on a terminal.
    const own = /^(bottender-persona|debug|has-flag|ms|supports-color)\//;
    expect(files.filter((file) => !own.test(file))).toEqual([]);
    expect(
      files.filter((file) =>
        /dist\/(context\/install|actions\.|cli\/)/.test(file),
      ),
    ).toEqual([]);
  });

  test('has a command line that says what it needs', async () => {
    const version = await app.run('npx', ['bottender-persona', '--version']);
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
    await app.write('bottender.config.js', 'module.exports = {};\n');
    await expect(app.run('npx', ['bottender-persona', 'list'])).rejects.toThrow(
      /Bottender is not installed here: npm install bottender\n$/,
    );
  });

  test('compiles in strict TypeScript, our types checked too', async () => {
    await app.run('npx', ['tsc']);
  });

  test.each([
    ['node16', 'node16', ['es2022']],
    ['esnext', 'bundler', ['es2022', 'esnext.disposable']],
  ])(
    'needs no types but its own, with module %s, resolution %s',
    async (module, moduleResolution, lib) => {
      await app.write(
        'tsconfig.own.json',
        JSON.stringify({
          compilerOptions: {
            ...{ strict: true, noEmit: true, target: 'es2022', types: [] },
            ...{ module, moduleResolution, lib },
            exactOptionalPropertyTypes: true,
          },
          files: ['src/own.mts'],
        }),
      );
      await app.run('npx', ['tsc', '-p', 'tsconfig.own.json']);
    },
  );
});

async function talks(app: PackedApp): Promise<void> {
  await app.run('npm', ['test']);
  const said = await app.run('node', ['conversation.mjs']);
  expect(JSON.parse(said)).toEqual(CONVERSATION);
}

/** Follows docs/getting-started.md in an empty folder; returns the files that it has a reader write. */
async function playedFiles(
  app: PackedApp,
  language: Language,
): Promise<string[]> {
  const bot = await app.neighbour();
  const packages = packagesOfThePage(language);
  expect(packages).toEqual(
    expect.arrayContaining(['bottender-persona', 'messenger-emulator']),
  );
  for (const name of packages) {
    await bot.read(`node_modules/${name}/package.json`);
  }
  const { files, state } = await playThePage(bot, language, [
    ['hi', 1],
    ['agent', 2],
    ['pears?', 1],
  ]);
  expect(spoken(state)).toEqual([
    'Page: Hello! Write "agent", or ask about pears.',
    'Page: One moment, I am getting a colleague.',
    'Adam Z.: Adam here.',
    'Dr. Pear: A pear is ripe when its neck gives to your thumb.',
  ]);
  expect(state.personas).toEqual([
    expect.objectContaining({ name: 'Adam Z.', deleted: false }),
    expect.objectContaining({ name: 'Dr. Pear', deleted: true }),
  ]);
  return files;
}
