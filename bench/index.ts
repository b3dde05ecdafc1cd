import { writeFile } from 'node:fs/promises';

import { format } from 'prettier';

import { measureDesks } from './agents';
import { measureOverhead } from './overhead';
import { overheadTable, report } from './report';

const PAGE = 'docs/benchmarks.md';
const ONLY_OVERHEAD = 'overhead';

async function main(only?: string): Promise<void> {
  if (only !== undefined && only !== ONLY_OVERHEAD) {
    throw new Error(`Only "${ONLY_OVERHEAD}" can be asked for, not "${only}"`);
  }
  console.log('Measuring, for about two minutes ...');
  const overhead = await measureOverhead();
  if (only) {
    console.log(await asMarkdown(overheadTable(overhead)));
    return;
  }
  const page = await asMarkdown(report(overhead, await measureDesks()));
  console.log(page);
  await writeFile(PAGE, page);
  console.log(`(written to ${PAGE})`);
}

function asMarkdown(text: string): Promise<string> {
  return format(text, { parser: 'markdown' });
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
