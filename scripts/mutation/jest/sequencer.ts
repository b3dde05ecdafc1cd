import Sequencer from '@jest/test-sequencer';
import type { Test } from '@jest/test-result';

/** Runs the suites in the order of `parts.ts`, which has the slow ones last. */
export default class InOrder extends Sequencer {
  override sort(tests: Test[]): Test[] {
    const starts = process.env.MUTATION_TESTS?.split(',') ?? [];
    const rank = ({ path }: Test) =>
      starts.findIndex((start) => path.includes(`/__tests__/${start}`));
    return [...tests].sort((a, b) => rank(a) - rank(b));
  }
}
