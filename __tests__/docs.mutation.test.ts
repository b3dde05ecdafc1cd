import path from 'node:path';

import ts from 'typescript';

import { PARTS } from '../scripts/mutation/parts';
import { ROOT } from './support/docs';

const parts = Object.values(PARTS);
const pathsIn = (folder: string) =>
  ts.sys
    .readDirectory(path.join(ROOT, folder), ['.ts'])
    .map((file) => path.relative(path.join(ROOT, folder), file));

describe('scripts/mutation/parts.ts', () => {
  it('has every file of the library, once', () => {
    // flavor.ts and options.ts have types alone, and index.ts nothing but exports.
    const library = pathsIn('src').filter(
      (file) => !/^cli\/|^(index|options)\.ts|\/flavor\.ts$/.test(file),
    );
    const mutated = parts.flatMap(({ mutate }) =>
      mutate.map((file) => `${file}.ts`),
    );
    expect(mutated.sort()).toEqual(library.sort());
  });

  it('names suites that there are', () => {
    const suites = pathsIn('__tests__').filter((file) =>
      file.endsWith('.test.ts'),
    );
    const unknown = parts
      .flatMap(({ tests }) => tests)
      .filter((start) => !suites.some((suite) => suite.startsWith(start)));
    expect(unknown).toEqual([]);
  });
});
