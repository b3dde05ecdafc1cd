import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { format } from 'prettier';

import { PARTS, type Part } from './mutation/parts';
import { mutationReport, scoreOf } from './mutation/report';
import {
  saveResults,
  savedResults,
  type TestedMutant,
} from './mutation/results';
import { sampleShare } from './mutation/sample';

/** For the whole library, in per cent. */
const MIN_SCORE = 90;

/**
 * `npm run mutation` tests every mutant of the library with the tests of its part
 * and writes `docs/mutation.md`. `npm run mutation -- send pool` runs two parts and
 * reuses the last results of the others. MUTATION_SAMPLE=0.2 tests a fifth of the
 * mutants. `npm run mutation -- page` only writes the page.
 */
async function main(names: string[]): Promise<void> {
  const known = Object.keys(PARTS);
  const onlyPage = names.length === 1 && names[0] === 'page';
  const unknown = names.find((name) => !onlyPage && !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no part "${unknown}"; there are ${known.join(', ')}.`,
    );
  }
  for (const [name, part] of Object.entries(PARTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`--- ${name}`);
    saveResults(name, await run(part));
    const score = scoreOf(new Map([[name, savedResults(name)]]));
    console.log(`${name}: ${score.toFixed(1)} %`);
  }
  const runs = new Map(known.map((name) => [name, savedResults(name)]));
  const page = path.join('docs', 'mutation.md');
  const text = await format(mutationReport(runs), { parser: 'markdown' });
  writeFileSync(page, text);
  console.log(`${page}: ${scoreOf(runs).toFixed(1)} %`);
  if (scoreOf(runs) < MIN_SCORE) process.exitCode = 1;
}

async function run({
  mutate,
  tests,
  eachRunsAll,
}: Part): Promise<TestedMutant[]> {
  const { Stryker } = await import('@stryker-mutator/core');
  // For jest.mutation.config.js, in the processes that Stryker starts.
  process.env.MUTATION_TESTS = tests.join(',');
  const files = mutate.map((file) => `src/${file}.ts`);
  return new Stryker({
    mutate: files,
    coverageAnalysis: eachRunsAll ? 'all' : 'perTest',
    ...(sampleShare() < 1 && {
      plugins: [
        '@stryker-mutator/*',
        path.join(__dirname, 'mutation', 'sample.js'),
      ],
      checkers: ['sample'],
    }),
  }).runMutationTest();
}

void main(process.argv.slice(2));
