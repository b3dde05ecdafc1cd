import type { PartRun, TestedMutant } from './results';

/** Runs by the name of the part; `undefined` where it was not run. */
export type Runs = ReadonlyMap<string, PartRun | undefined>;

/**
 * The score as a page of Markdown: part by part, file by file, and each mutant
 * that no test found.
 */
export function mutationReport(runs: Runs): string {
  const done = doneOf(runs);
  const mutants = done.flatMap(([, run]) => run.mutants);
  const files = [...byFile(mutants)].sort(([a], [b]) => a.localeCompare(b));
  const survivors = mutants.filter(isMissed);
  return `# Mutation testing

What \`npm run mutation\` found, by the last run of each part: **${scoreOf(runs).toFixed(1)} %**. A mutant is the library with one small change; a test that fails, or that does not end any more, has found it. Each file's mutants meet the tests of its part alone, as \`scripts/mutation/parts.ts\` says, so a mutant that other tests would find counts as missed here. What needs Redis, a browser or several processes cannot be tested like this and is left out: \`src/store/redis/\`, \`src/cli/\` and the emulator.

${limits(runs)}
| Part | Run on | Mutants | Tested | Found | By a time that ran out | Score |
| --- | --- | --- | --- | --- | --- | --- |
${[...runs].map(([name, run]) => partRow(name, run)).join('\n')}

| File | Tested | Found | Score |
| --- | --- | --- | --- |
${files.map(([file, tested]) => fileRow(file, tested)).join('\n')}

## Mutants that no test found

${survivors.map(bullet).join('\n')}
`;
}

/** Found mutants out of all, in per cent; each part counts by the mutants that it has, drawn or not. */
export function scoreOf(runs: Runs): number {
  const done = doneOf(runs);
  const all = done.reduce((sum, [, { ofAll }]) => sum + ofAll, 0);
  return done.reduce(
    (sum, [, { mutants, ofAll }]) => sum + (found(mutants) * ofAll) / all,
    0,
  );
}

function doneOf(runs: Runs): [string, PartRun][] {
  return [...runs].flatMap(([name, run]) => (run ? [[name, run]] : []));
}

/** In per cent. */
function found(mutants: readonly TestedMutant[]): number {
  const missed = mutants.filter(isMissed).length;
  return 100 - (100 * missed) / mutants.length;
}

/** Whatever was not seen to fail a test counts as missed. */
function isMissed({ status }: TestedMutant): boolean {
  return status !== 'Killed' && status !== 'Timeout';
}

/** A machine that is too busy can make these: they are worth a look when they are many. */
function isTimeout({ status, statusReason }: TestedMutant): boolean {
  return status === 'Timeout' || /Exceeded timeout/.test(statusReason ?? '');
}

/** What keeps the score from being the whole truth, as paragraphs; nothing where all was tested. */
function limits(runs: Runs): string {
  const done = doneOf(runs);
  const isDrawn = done.some(([, { ofAll, mutants }]) => ofAll > mutants.length);
  return [
    done.length < runs.size &&
      'Some parts were not run: the score says nothing of them.\n',
    isDrawn &&
      'Of some parts a sample was drawn, so that the score is an estimate; which mutants are drawn depends on their place and code alone.\n',
  ]
    .filter((line) => line !== false)
    .join('\n');
}

function byFile(mutants: readonly TestedMutant[]): Map<string, TestedMutant[]> {
  const files = new Map<string, TestedMutant[]>();
  for (const mutant of mutants) {
    const others = files.get(mutant.fileName) ?? [];
    files.set(mutant.fileName, [...others, mutant]);
  }
  return files;
}

function partRow(name: string, run: PartRun | undefined): string {
  if (!run) return `| ${name} | not run | | | | | |`;
  const { date, ofAll, mutants } = run;
  const missed = mutants.filter(isMissed).length;
  return `| ${name} | ${date} | ${ofAll} | ${mutants.length} | ${mutants.length - missed} | ${mutants.filter(isTimeout).length} | ${found(mutants).toFixed(1)} % |`;
}

function fileRow(file: string, mutants: TestedMutant[]): string {
  const missed = mutants.filter(isMissed).length;
  return `| ${file} | ${mutants.length} | ${mutants.length - missed} | ${found(mutants).toFixed(1)} % |`;
}

function bullet({ fileName, location, replacement }: TestedMutant): string {
  const code = replacement?.replace(/\s+/g, ' ') ?? '';
  return `- ${fileName}:${location.start.line}: \`\` ${code} \`\``;
}
