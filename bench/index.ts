import { writeFile } from 'node:fs/promises';

import { format } from 'prettier';

import { measureDesks } from './agents';
import { measureOverhead } from './overhead';
import { report } from './report';

const PAGE = 'docs/benchmarks.md';

async function main(): Promise<void> {
  console.log('Measuring, for about two minutes ...');
  const page = report(await measureOverhead(), await measureDesks());
  const formatted = await format(page, { parser: 'markdown' });
  console.log(formatted);
  await writeFile(PAGE, formatted);
  console.log(`(written to ${PAGE})`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
