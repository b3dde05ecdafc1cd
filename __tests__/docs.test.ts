import { existsSync } from 'node:fs';
import path from 'node:path';

import * as library from 'bottender-persona';

import { createProgram } from '../src/cli/program';
import {
  codeBlocks,
  documentsIn,
  firstColumn,
  read,
  ROOT,
  typeErrors,
} from './support/docs';

const { personas } = library;

/** What is written by hand; docs/api is written from docstrings. */
const DOCUMENTS = ['.', 'docs', 'docs/recipes'].flatMap(documentsIn);

/** Linked to from CONTRIBUTING.md. */
const FOR_CONTRIBUTORS = new Set([
  'architecture.md',
  'benchmarks.md',
  'mutation.md',
]);

it('README.md is read in two minutes', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(250);
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

  it('of docs/README.md have every page', () => {
    const [, ...pages] = [
      ...documentsIn('docs'),
      ...documentsIn('docs/recipes'),
    ].sort();
    const index = read('docs/README.md');
    const missing = pages
      .map((page) => path.relative('docs', page))
      .filter((page) => !FOR_CONTRIBUTORS.has(page))
      .filter((page) => !index.includes(`](${page})`));
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

describe.each(DOCUMENTS)('%s', (file) => {
  const blocks = codeBlocks(file);

  it('has code in TypeScript that the compiler takes', () => {
    const typescript = blocks.filter(({ language }) => language === 'ts');
    expect(typeErrors(typescript)).toEqual([]);
  });

  it('names files that there are', () => {
    const files = read(file).match(/(?<=`)(src|__tests__)\/[\w./-]*(?=`)/g);
    expect(
      (files ?? []).filter((name) => !existsSync(path.join(ROOT, name))),
    ).toEqual([]);
  });

  it('names scripts and commands that there are', () => {
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

it('docs/typescript.md: the compiler refuses a name that is misspelt', () => {
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

function messageOf(options: object): string {
  try {
    personas(options);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
