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
  it('contains every file of the library once', () => {
    // These have types alone, or nothing but exports; what is behind Redis needs
    // a server and processes of its own, which Stryker does not start.
    const library = pathsIn('src').filter(
      (file) =>
        !/^cli\/|^store\/redis\/|^(index|client|commonExports|options|commonOptions|disclosureOptions|redis)\.ts|\/(clientTypes|graphClient|methodTypes|methodNames|personaContext|port|keyv|resolution)\.ts$/.test(
          file,
        ),
    );
    const mutated = parts.flatMap(({ mutate }) =>
      mutate.flatMap((file) =>
        file.endsWith('/*')
          ? library.filter((each) => `${path.dirname(each)}/*` === file)
          : [`${file}.ts`],
      ),
    );
    expect(mutated.sort()).toEqual(library.sort());
  });

  it('names existing suites', () => {
    const suites = pathsIn('__tests__').filter((file) =>
      file.endsWith('.test.ts'),
    );
    const unknown = parts
      .flatMap(({ tests }) => tests)
      .filter((start) => !suites.some((suite) => suite.startsWith(start)));
    expect(unknown).toEqual([]);
  });
});
