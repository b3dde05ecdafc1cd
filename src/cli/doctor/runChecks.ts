import { redactSecrets } from '../../graph/secrets';
import { withTimeout } from '../../util/withTimeout';
import { describeBotError, UsageError } from '../commandErrors';
import { secrets } from '../output';

import {
  CannotRun,
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
      return {
        id,
        channel,
        status,
        message: redactSecrets(message, secrets),
        advice: advice && redactSecrets(advice, secrets),
      };
    }),
  );
}

async function findingOf(run: Check['run']): Promise<Finding> {
  try {
    const running = Promise.resolve().then(run);
    const finding = await withTimeout(running, TIMEOUT_MS, undefined);
    if (finding) return finding;
    throw new CannotRun(`it did not end in ${TIMEOUT_MS / 1000} s`);
  } catch (error) {
    if (error instanceof CannotRun) {
      return { status: 'skipped', message: error.message };
    }
    if (error instanceof UsageError) throw error;
    return failed(`This should not have happened: ${describeBotError(error)}`);
  }
}
