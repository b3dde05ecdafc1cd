import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The part of Stryker's result that the report uses. */
export interface TestedMutant {
  /** Relative to the root of the project. */
  readonly fileName: string;
  /** `Killed` and `Timeout` are found mutants; the others are not. */
  readonly status: string;
  /** The message of the failed test. */
  readonly statusReason?: string | undefined;
  /** The mutated code. */
  readonly replacement?: string | undefined;
  readonly location: { readonly start: { readonly line: number } };
}

/** One run of a part. */
export interface PartRun {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** The number of all mutants, including those not in the sample. */
  readonly ofAll: number;
  readonly mutants: readonly TestedMutant[];
}

const FOLDER = path.join('reports', 'mutation');

/** Saves the results of a part for later runs, outside git. */
export function saveResults(part: string, results: TestedMutant[]): void {
  // These are not in the sample: see `sample.ts`.
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

/** The last results of a part; `undefined` if it was not run here. */
export function savedResults(part: string): PartRun | undefined {
  const file = fileOf(part);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as PartRun;
}

function fileOf(part: string): string {
  return path.join(FOLDER, `${part}.json`);
}
