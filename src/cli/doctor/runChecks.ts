import { redactSecrets } from '../../graph/secrets';
import { withTimeout } from '../../util/withTimeout';
import { describeBotError, UsageError } from '../commandErrors';
import { secrets } from '../output';

import {
  CannotRun,
  skipped,
  failed,
  type Check,
  type CheckId,
  type Finding,
} from './check';

/** A check, and what it found; without secrets. */
export interface Result extends Finding {
  readonly id: CheckId;
  readonly channel: string | null;
}

const TIMEOUT_MS = 60_000;

/**
 * Runs all checks at the same time: they wait for each other where one needs
 * what another asks.
 *
 * @throws UsageError
 */
export async function runChecks(
  checks: readonly Check[],
  onResult: () => void,
): Promise<Result[]> {
  return Promise.all(
    checks.map(async ({ id, channel, run }): Promise<Result> => {
      const { status, message, advice } = await findingOf(run);
      onResult();
      const shown = redactSecrets(message, secrets);
      return {
        id,
        channel,
        status,
        message: shown,
        ...(advice && { advice: redactSecrets(advice, secrets) }),
      };
    }),
  );
}

async function findingOf(run: Check['run']): Promise<Finding> {
  try {
    const running = Promise.resolve().then(run);
    const late = skipped(`it did not end in ${TIMEOUT_MS / 1000} s`);
    return await withTimeout(running, TIMEOUT_MS, late);
  } catch (error) {
    if (error instanceof CannotRun) return skipped(error.message);
    if (error instanceof UsageError) throw error;
    return failed(`This should not have happened: ${describeBotError(error)}`);
  }
}
