import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { firstCells, read, ROOT } from './support/docs';

const INDEX = '__tests__/support/README.md';
const MAX_LINES = 3000;

const helpers = readdirSync(path.join(ROOT, '__tests__'), { recursive: true })
  .map((name) => String(name).split(path.sep).join('/'))
  .filter((name) => statSync(path.join(ROOT, '__tests__', name)).isFile())
  .filter((name) => !/\.(test|types)\.ts$|^package\/apps\//.test(name));

function listed(heading: string): string[] {
  return firstCells(INDEX, heading).map((cell) => cell.replaceAll('`', ''));
}

describe('the index of the test helpers', () => {
  it('lists the files of __tests__/support', () => {
    const files = helpers
      .filter((name) => name.startsWith('support/'))
      .map((name) => name.replace('support/', ''))
      .filter((name) => name !== 'README.md');
    expect(files.length).toBeGreaterThan(20);
    expect(listed('Helpers of the tests')).toEqual(files.sort());
  });

  it('lists the helpers in other folders', () => {
    const files = helpers.filter((name) => !name.startsWith('support/'));
    expect(listed('Helpers of one folder')).toEqual(files.sort());
  });
});

test('__tests__/support stays small enough to know', () => {
  const lines = helpers
    .filter((name) => name.startsWith('support/'))
    .flatMap((name) => read(`__tests__/${name}`).split('\n').slice(1));
  expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
});
