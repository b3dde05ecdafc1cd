import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What Stryker gives of a mutant, as far as it stands in the report. */
export interface TestedMutant {
  /** From the root of the project. */
  readonly fileName: string;
  /** `Killed` and `Timeout` are found mutants; the others are not. */
  readonly status: string;
  /** What the test that failed said. */
  readonly statusReason?: string | undefined;
  /** The code that stands there instead. */
  readonly replacement?: string | undefined;
  readonly location: { readonly start: { readonly line: number } };
}

/** One run of a part. */
export interface PartRun {
  /** Year, month and day. */
  readonly date: string;
  /** How many mutants the part has; more than were tested where a sample was drawn. */
  readonly ofAll: number;
  readonly mutants: readonly TestedMutant[];
}

const FOLDER = path.join('reports', 'mutation');

/** Keeps the results of a part for the runs that follow; git does not. */
export function keepResults(part: string, results: TestedMutant[]): void {
  // Turned away by the sample: the library compiles without Stryker's help.
  const tested = results.filter(({ status }) => status !== 'CompileError');
  const mutants = tested.map(
    ({
      fileName,
      status,
      statusReason,
      replacement,
      location: { start },
    }): TestedMutant => ({
      fileName: path.relative('.', fileName).replaceAll('\\', '/'),
      status,
      statusReason: statusReason?.slice(0, 200),
      replacement,
      location: { start },
    }),
  );
  const date = new Date().toISOString().slice(0, 10);
  const run: PartRun = { date, ofAll: results.length, mutants };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(part), JSON.stringify(run));
}

/** The last results of a part; `undefined` when it was not run here. */
export function keptResults(part: string): PartRun | undefined {
  const file = fileOf(part);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as PartRun;
}

function fileOf(part: string): string {
  return path.join(FOLDER, `${part}.json`);
}
