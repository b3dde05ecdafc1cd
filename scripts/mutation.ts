import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { format } from 'prettier';

import { PARTS, type Part } from './mutation/parts';
import { mutationReport, scoreOf } from './mutation/report';
import {
  keepResults,
  keptResults,
  type TestedMutant,
} from './mutation/results';
import { sampledShare } from './mutation/sample';

/** What the library must reach as a whole, in per cent. */
const LEAST_SCORE = 90;

/**
 * `npm run mutation`: every mutant of the library against the tests of its part;
 * writes `docs/mutation.md`. `npm run mutation -- scope pool` runs two parts anew
 * and takes the others' last results. With MUTATION_SAMPLE=0.2 a fifth of the
 * mutants is drawn. `npm run mutation -- page` writes the page alone.
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
    keepResults(name, await run(part));
    const score = scoreOf(new Map([[name, keptResults(name)]]));
    console.log(`${name}: ${score.toFixed(1)} %`);
  }
  const runs = new Map(known.map((name) => [name, keptResults(name)]));
  const page = path.join('docs', 'mutation.md');
  const text = await format(mutationReport(runs), { parser: 'markdown' });
  writeFileSync(page, text);
  console.log(`${page}: ${scoreOf(runs).toFixed(1)} %`);
  if (scoreOf(runs) < LEAST_SCORE) process.exitCode = 1;
}

async function run({
  mutate,
  tests,
  eachRunsAll,
}: Part): Promise<TestedMutant[]> {
  const { Stryker } = await import('@stryker-mutator/core');
  // Read by jest.mutation.config.js, in the processes that Stryker starts.
  process.env.MUTATION_TESTS = tests.join(',');
  const files = mutate.map((file) => `src/${file}.ts`);
  return new Stryker({
    mutate: files,
    coverageAnalysis: eachRunsAll ? 'all' : 'perTest',
    ...(sampledShare() < 1 && {
      plugins: [
        '@stryker-mutator/*',
        path.join(__dirname, 'mutation', 'sample.js'),
      ],
      checkers: ['sample'],
    }),
  }).runMutationTest();
}

void main(process.argv.slice(2));
