import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import * as library from 'bottender-persona';

import { withFigures } from '../bench/readme';
import { createProgram } from '../src/cli/program';
import { FIXTURES } from './support/channelFixtures';
import {
  codeBlocks,
  documentsIn,
  firstCells,
  firstColumn,
  FOR_CONTRIBUTORS,
  read,
  ROOT,
  typeErrors,
} from './support/docs';

const { personas } = library;

/** What is written by hand; docs/api is written from docstrings. */
const DOCUMENTS = ['.', 'docs', 'docs/recipes'].flatMap(documentsIn);

it('README.md begins with a bottender.config.js, which the command line reads', () => {
  const [first] = codeBlocks('README.md').filter(
    ({ language }) => language !== 'sh',
  );
  expect(first?.code).toMatch(/^\/\/ bottender\.config\.js\n/);
});

it('README.md quotes lines that the example bot prints', () => {
  const start = read('example-bot/start.ts');
  const lines = [...read('README.md').matchAll(/the line "(.+?) …"/g)];
  expect(lines).toHaveLength(1);
  for (const [, line = ''] of lines) expect(start).toContain(`\`${line} `);
});

it('README.md can be read in two minutes', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(130);
});

it('README.md has the figures of docs/benchmarks.md', () => {
  const readme = read('README.md');
  const measured = withFigures(readme, read('docs/benchmarks.md'));
  // Prettier pads the cells.
  const unpadded = (text: string) => text.replace(/ +|-{3,}/g, ' ');
  expect(unpadded(readme)).toBe(unpadded(measured));
  expect(readme).toMatch(/\| CPU time of .* \| \d\.\d\d +\|$/m);
});

it('npm run bench finds out that README.md has no place for the figures', () => {
  expect(() => withFigures('# A', read('docs/benchmarks.md'))).toThrow(
    /README\.md has no <!-- measured -->/,
  );
  expect(() => withFigures(read('README.md'), '# B')).toThrow(
    /benchmarks\.md has no row "guide"/,
  );
});

describe('the tables', () => {
  it('of docs/options.md has every option', () => {
    const unknown = { noSuchOption: true };
    const [, known = ''] = /it has (.*)\./.exec(messageOf(unknown)) ?? [];
    expect(new Set(firstColumn('docs/options.md', 'Options'))).toEqual(
      new Set(known.split(', ')),
    );
  });

  it('of docs/options.md has every method', () => {
    expect(firstColumn('docs/options.md', 'Methods').sort()).toEqual(
      Object.keys(personas()).sort(),
    );
  });

  it('of docs/errors.md has every error', () => {
    const errors = Object.keys(library).filter((name) =>
      name.endsWith('Error'),
    );
    expect(
      ['PersonaError', ...firstColumn('docs/errors.md', 'Errors')].sort(),
    ).toEqual(errors.sort());
  });

  it('of docs/channels.md has every channel', () => {
    const cells = firstCells('docs/channels.md', 'Channels').join(', ');
    const titles = Object.values(FIXTURES).map(({ title }) => title);
    expect(cells.split(', ').sort()).toEqual(['Messenger', ...titles].sort());
  });

  it('of docs/README.md have every page', () => {
    const [, ...pages] = [
      ...documentsIn('docs'),
      ...documentsIn('docs/recipes'),
    ].sort();
    const index = read('docs/README.md');
    const missing = pages
      .map((page) => path.relative('docs', page))
      .filter((page) =>
        // Named, because they are not in the package.
        FOR_CONTRIBUTORS.has(page)
          ? !index.includes(`\`docs/${page}\``)
          : !index.includes(`](${page})`),
      );
    expect(missing).toEqual([]);
  });
});

describe('docs/command-line.md', () => {
  const { commands } = createProgram();

  it('explains every command', () => {
    expect(firstColumn('docs/command-line.md', 'Commands').sort()).toEqual(
      commands.map((command) => command.name()).sort(),
    );
  });

  it('names the settings of the channel that it uses', () => {
    const [, fields = ''] =
      /interface MessengerChannel \{(.*?)\n\}/s.exec(
        read('src/cli/config.ts'),
      ) ?? [];
    const names = [...fields.matchAll(/^ {2}(\w+)\?:/gm)].map(
      ([, name = '']) => name,
    );
    expect(names).toContain('origin');
    const text = read('docs/command-line.md');
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('explains every option', () => {
    const text = read('docs/command-line.md');
    const flags = commands.flatMap(({ options }) =>
      options.map(({ long }) => long ?? ''),
    );
    const missing = [...flags, '--version', '-v', '-h'].filter(
      (flag) => !text.includes(flag),
    );
    expect(missing).toEqual([]);
  });
});

// All at once, because a program of the compiler takes seconds.
it('the TypeScript in the documents compiles', () => {
  const blocks = DOCUMENTS.flatMap(codeBlocks);
  const typescript = blocks.filter(({ language }) => language === 'ts');
  expect(typescript.length).toBeGreaterThan(5);
  expect(typeErrors(typescript)).toEqual([]);
});

describe.each(DOCUMENTS)('%s', (file) => {
  it('has no empty generated block', () => {
    expect(emptyGeneratedBlocks(read(file))).toEqual([]);
  });

  it('names existing files', () => {
    const files = read(file).match(/(?<=`)(src|__tests__)\/[\w./-]*(?=`)/g);
    expect(
      (files ?? []).filter((name) => !existsSync(path.join(ROOT, name))),
    ).toEqual([]);
  });

  it('names existing scripts and commands', () => {
    const text = read(file);
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(
      ([, script = '']) => script,
    );
    const { scripts: known } = JSON.parse(read('package.json')) as {
      scripts: Record<string, string>;
    };
    expect(scripts.filter((script) => !(script in known))).toEqual([]);
    const commands = [
      ...text.matchAll(/npx bottender-persona (\w+)((?: --[\w-]+)*)/g),
    ];
    for (const [, name, options = ''] of commands) {
      const command = createProgram().commands.find(
        (each) => each.name() === name,
      );
      const flags = command?.options.map(({ long }) => long);
      expect(flags).toEqual(
        expect.arrayContaining(options.split(' ').filter(Boolean)),
      );
    }
  });
});

it('docs/typescript.md: a misspelt name does not compile', () => {
  const blocks = codeBlocks('docs/typescript.md')
    .filter(({ name }) => name === 'names')
    .map((block) => ({
      ...block,
      code: block.code.replace("'adam')", "'adma')"),
    }));
  expect(typeErrors(blocks)).toEqual([
    expect.stringMatching(`'"adma"'.*not assignable`),
  ]);
});

it('npm run simulate fails at once if docs/scale.md has no place for the table', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'simulate-'));
  await mkdir(path.join(folder, 'docs'));
  await writeFile(path.join(folder, 'docs/scale.md'), '<!-- simulated -->\n');
  const tsx = require.resolve('tsx/cjs');
  const script = path.join(ROOT, 'scripts/simulate.ts');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--require', tsx, script],
    { cwd: folder, encoding: 'utf8', timeout: 60_000 },
  );
  await rm(folder, { recursive: true });
  expect(stderr).toMatch(/docs\/scale\.md has nowhere to write the table/);
  expect(status).toBe(1);
});

it('the check finds generated blocks that are empty or have no end', () => {
  const full = '<!-- a -->\n\n| 1 |\n\n<!-- /a -->\n';
  expect(emptyGeneratedBlocks(full)).toEqual([]);
  expect(emptyGeneratedBlocks('<!-- a -->\n<!-- /a -->')).toEqual(['a']);
  expect(emptyGeneratedBlocks('<!-- a -->\n\n<!-- /a -->')).toEqual(['a']);
  expect(emptyGeneratedBlocks('<!-- /a -->')).toEqual(['a']);
});

/** Names of blocks between `<!-- name -->` and `<!-- /name -->` that hold nothing. */
function emptyGeneratedBlocks(text: string): string[] {
  const names = [...text.matchAll(/^<!-- \/([\w-]+) -->$/gm)].map(
    ([, name = '']) => name,
  );
  return names.filter((name) => {
    const [, inner = ''] = text.split(new RegExp(`^<!-- /?${name} -->$`, 'm'));
    const isOpened = text.includes(`<!-- ${name} -->`);
    return !isOpened || inner.trim() === '';
  });
}

function messageOf(options: object): string {
  try {
    personas(options);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
