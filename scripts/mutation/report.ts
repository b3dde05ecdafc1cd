import type { TestedMutant } from './results';

/** The score as a page of Markdown, file by file, and each mutant that no test found. */
export function mutationReport(results: readonly TestedMutant[]): string {
  const files = [...byFile(results)].sort(([a], [b]) => a.localeCompare(b));
  const survivors = results.filter((mutant) => isMissed(mutant));
  return `# Mutation testing

What \`npm run mutation\` had found by ${new Date().toISOString().slice(0, 10)}, by the last run of each part: **${scoreOf(results).toFixed(1)} %** of ${results.length} mutants. A mutant is the library with one small change; a test that fails, or that does not end any more, has found it. Each file's mutants meet the tests of its part alone, as \`scripts/mutation/parts.ts\` says, so a mutant that other tests would find counts as missed here.

| File | Mutants | Found | Score |
| --- | --- | --- | --- |
${files.map(([file, mutants]) => row(file, mutants)).join('\n')}

## Mutants that no test found

${survivors.map(bullet).join('\n')}
`;
}

/** Found mutants out of all, in per cent. */
export function scoreOf(results: readonly TestedMutant[]): number {
  const missed = results.filter((mutant) => isMissed(mutant)).length;
  return 100 - (100 * missed) / results.length;
}

/** Whatever was not seen to fail a test counts as missed. */
function isMissed({ status }: TestedMutant): boolean {
  return status !== 'Killed' && status !== 'Timeout';
}

function byFile(results: readonly TestedMutant[]): Map<string, TestedMutant[]> {
  const files = new Map<string, TestedMutant[]>();
  for (const mutant of results) {
    const mutants = files.get(mutant.fileName) ?? [];
    files.set(mutant.fileName, [...mutants, mutant]);
  }
  return files;
}

function row(file: string, mutants: TestedMutant[]): string {
  const found = mutants.filter((mutant) => !isMissed(mutant)).length;
  return `| ${file} | ${mutants.length} | ${found} | ${scoreOf(mutants).toFixed(1)} % |`;
}

function bullet({ fileName, location, replacement }: TestedMutant): string {
  const code = replacement?.replace(/\s+/g, ' ') ?? '';
  return `- ${fileName}:${location.start.line}: \`\` ${code} \`\``;
}
