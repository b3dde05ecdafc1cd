import { readFile, writeFile } from 'node:fs/promises';

import { format, resolveConfig } from 'prettier';

import { measureDesks } from './agents';
import { measureFleet } from './fleet';
import { measureOverhead } from './overhead';
import { withFigures } from './readme';
import { fleetTable, overheadTable, report } from './report';

const PAGE = 'docs/benchmarks.md';
const README = 'README.md';
const PARTS = ['overhead', 'fleet'];

async function main(only?: string): Promise<void> {
  if (only !== undefined && !PARTS.includes(only)) {
    throw new Error(
      `There is no benchmark "${only}"; there are ${PARTS.join(' and ')}.`,
    );
  }
  console.log('Measuring, for about fifteen minutes ...');
  if (only === 'fleet') {
    console.log(await asMarkdown(fleetTable(await measureFleet())));
    return;
  }
  const overhead = await measureOverhead();
  if (only) {
    console.log(await asMarkdown(overheadTable(overhead)));
    return;
  }
  const page = await asMarkdown(
    report(overhead, await measureDesks(), await measureFleet()),
  );
  console.log(page);
  await writeFile(PAGE, page);
  const readme = await readFile(README, 'utf8');
  await writeFile(README, await asMarkdown(withFigures(readme, page)));
  console.log(`(written to ${PAGE} and ${README})`);
}

async function asMarkdown(text: string): Promise<string> {
  // Code in the README is formatted, too.
  return format(text, { ...(await resolveConfig(README)), parser: 'markdown' });
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
