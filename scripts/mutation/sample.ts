import { createHash } from 'node:crypto';

import type { CheckResult, Checker } from '@stryker-mutator/api/check' with {
  'resolution-mode': 'import',
};
import type { Mutant } from '@stryker-mutator/api/core' with {
  'resolution-mode': 'import',
};

/** The share of mutants to test, from 0 to 1. */
export function sampleShare(): number {
  const share = Number(process.env.MUTATION_SAMPLE ?? 1);
  if (share > 0 && share <= 1) return share;
  throw new Error('MUTATION_SAMPLE must be a share: more than 0, at most 1.');
}

/** Deterministic, so that the same share of the same code is the same sample. */
function isInSample(mutant: Mutant, share: number): boolean {
  const { start } = mutant.location;
  const file = mutant.fileName.replace(/^.*[\\/]src[\\/]/, '');
  const digest = createHash('sha256')
    .update(`${file}:${start.line}:${start.column}:${mutant.replacement}`)
    .digest();
  return digest.readUInt32BE() / 2 ** 32 < share;
}

/** A Stryker checker, which rejects the mutants that are not in the sample. */
class Sample implements Checker {
  private readonly share = sampleShare();

  init(): Promise<void> {
    return Promise.resolve();
  }

  group(mutants: Mutant[]): Promise<string[][]> {
    return Promise.resolve([mutants.map(({ id }) => id)]);
  }

  check(mutants: Mutant[]): Promise<Record<string, CheckResult>> {
    const results = mutants.map((mutant) => [
      mutant.id,
      isInSample(mutant, this.share)
        ? { status: 'passed' }
        : { status: 'compileError', reason: 'not in the sample' },
    ]);
    return Promise.resolve(
      Object.fromEntries(results) as Record<string, CheckResult>,
    );
  }
}

export const strykerPlugins = [
  { kind: 'Checker', name: 'sample', injectableClass: Sample },
];
