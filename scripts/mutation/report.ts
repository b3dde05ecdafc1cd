import type { PartRun, TestedMutant } from './results';

/** By part; `undefined` if it was not run. */
export type Runs = ReadonlyMap<string, PartRun | undefined>;

/** The score as a Markdown page: by part, by file, and with each mutant that survived. */
export function mutationReport(runs: Runs): string {
  const done = doneOf(runs);
  const mutants = done.flatMap(([, run]) => run.mutants);
  const files = [...byFile(mutants)].sort(([a], [b]) => a.localeCompare(b));
  const survivors = mutants.filter(isMissed);
  return `# Mutation testing

What \`npm run mutation\` found, by the last run of each part: **${scoreOf(runs).toFixed(1)} %**. A mutant is the library with one small change; a test that fails or times out has found it. Each file's mutants run only against the tests of its part, listed in \`scripts/mutation/parts.ts\`, so a mutant that other tests would find counts as missed. Code that needs Redis, a browser or several processes cannot be tested like this and is left out: \`src/store/redis/\`, \`src/cli/\` and the emulator.

${limits(runs)}
| Part | Run on | Mutants | Tested | Found | By a timeout | Score |
| --- | --- | --- | --- | --- | --- | --- |
${[...runs].map(([name, run]) => partRow(name, run)).join('\n')}

| File | Tested | Found | Score |
| --- | --- | --- | --- |
${files.map(([file, tested]) => fileRow(file, tested)).join('\n')}

## Mutants that no test found

${survivors.map(bullet).join('\n')}
`;
}

/** Found mutants in per cent. Each part is weighted by all its mutants, tested or not. */
export function scoreOf(runs: Runs): number {
  const done = doneOf(runs);
  const all = done.reduce((sum, [, { ofAll }]) => sum + ofAll, 0);
  return done.reduce(
    (sum, [, { mutants, ofAll }]) => sum + (foundShare(mutants) * ofAll) / all,
    0,
  );
}

function doneOf(runs: Runs): [string, PartRun][] {
  return [...runs].flatMap(([name, run]) => (run ? [[name, run]] : []));
}

/** In per cent. */
function foundShare(mutants: readonly TestedMutant[]): number {
  const missed = mutants.filter(isMissed).length;
  return 100 - (100 * missed) / mutants.length;
}

function isMissed({ status }: TestedMutant): boolean {
  return status !== 'Killed' && status !== 'Timeout';
}

/** Many of these can mean that the machine was too busy. */
function isTimeout({ status, statusReason }: TestedMutant): boolean {
  return status === 'Timeout' || /Exceeded timeout/.test(statusReason ?? '');
}

/** Paragraphs on the limits of the score; empty if all mutants were tested. */
function limits(runs: Runs): string {
  const done = doneOf(runs);
  const isDrawn = done.some(([, { ofAll, mutants }]) => ofAll > mutants.length);
  return [
    done.length < runs.size &&
      'Some parts were not run: the score does not include them.\n',
    isDrawn &&
      'Of some parts only a sample was tested, so the score is an estimate; the sample depends only on the place and code of the mutants.\n',
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
  return `| ${name} | ${date} | ${ofAll} | ${mutants.length} | ${mutants.length - missed} | ${mutants.filter(isTimeout).length} | ${foundShare(mutants).toFixed(1)} % |`;
}

function fileRow(file: string, mutants: TestedMutant[]): string {
  const missed = mutants.filter(isMissed).length;
  return `| ${file} | ${mutants.length} | ${mutants.length - missed} | ${foundShare(mutants).toFixed(1)} % |`;
}

function bullet({ fileName, location, replacement }: TestedMutant): string {
  const code = replacement?.replace(/\s+/g, ' ') ?? '';
  return `- ${fileName}:${location.start.line}: \`\` ${code} \`\``;
}
