import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { PARTS, type Part } from './mutation/parts';
import { mutationReport, scoreOf } from './mutation/report';
import {
  keepResults,
  keptResults,
  type TestedMutant,
} from './mutation/results';

/** What the library must reach as a whole, in per cent. */
const LEAST_SCORE = 90;

/**
 * `npm run mutation`: every mutant of the library against the tests of its part;
 * writes `docs/mutation.md`. `npm run mutation -- scope pool` runs two parts anew
 * and takes the others' last results.
 */
async function main(names: string[]): Promise<void> {
  const known = Object.keys(PARTS);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no part "${unknown}"; there are ${known.join(', ')}.`,
    );
  }
  for (const [name, part] of Object.entries(PARTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`--- ${name}`);
    const results = await run(part);
    keepResults(name, results);
    console.log(`${name}: ${scoreOf(results).toFixed(1)} %`);
  }
  const kept = known.map((name) => keptResults(name));
  const missing = known.filter((_, index) => !kept[index]);
  if (missing.length > 0) {
    console.log(`Not run yet, so no page is written: ${missing.join(', ')}.`);
    return;
  }
  const all = kept.flatMap((results) => results ?? []);
  const page = path.join('docs', 'mutation.md');
  writeFileSync(page, mutationReport(all));
  console.log(`${page}: ${scoreOf(all).toFixed(1)} %`);
  if (scoreOf(all) < LEAST_SCORE) process.exitCode = 1;
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
  }).runMutationTest();
}

void main(process.argv.slice(2));
