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

const FOLDER = path.join('reports', 'mutation');

/** Keeps the results of a part for the runs that follow; git does not. */
export function keepResults(part: string, results: TestedMutant[]): void {
  const kept = results.map(
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
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(part), JSON.stringify(kept));
}

/** The last results of a part; `undefined` when it was not run here. */
export function keptResults(part: string): TestedMutant[] | undefined {
  const file = fileOf(part);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as TestedMutant[];
}

function fileOf(part: string): string {
  return path.join(FOLDER, `${part}.json`);
}
