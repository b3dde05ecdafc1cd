import { writeFile } from 'node:fs/promises';

import { format } from 'prettier';

import { measureDesks } from './agents';
import { measureOverhead } from './overhead';
import { overheadTable, report } from './report';

const PAGE = 'docs/benchmarks.md';

async function main(only: string | undefined): Promise<void> {
  console.log('Measuring, for a few minutes ...');
  if (only === 'overhead') {
    console.log(overheadTable(await measureOverhead()));
    return;
  }
  const page = report(await measureOverhead(), await measureDesks());
  const formatted = await format(page, { parser: 'markdown' });
  console.log(formatted);
  await writeFile(PAGE, formatted);
  console.log(`(written to ${PAGE})`);
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
