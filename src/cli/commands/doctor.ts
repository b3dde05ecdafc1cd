import { CommandError } from '../commandErrors';
import { loadChannels, type LoadedConfig } from '../config';
import { checksOf } from '../doctor/checks';
import { printResults } from '../doctor/printResults';
import { runChecks } from '../doctor/runChecks';
import type { PageOptions } from '../openBot';
import { printJson, plural } from '../output';
import { startProgress } from '../progress';

export interface DoctorOptions extends PageOptions {
  allowPrivate?: boolean;
}

/** `doctor`: checks a bot, from its config to its platforms. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const checks = checksOf(await configOrError(options.config), options);
  const progress = startProgress(checks.length, options.json);
  const running = runChecks(checks, () => progress.step());
  const results = await running.finally(() => progress.end());
  if (options.json) printJson({ checks: results });
  else printResults(results);
  const failures = results.filter(({ status }) => status === 'failed').length;
  if (failures > 0)
    throw new CommandError(`${plural(failures, 'check')} failed.`);
}

async function configOrError(
  named: string | undefined,
): Promise<LoadedConfig | CommandError> {
  try {
    return await loadChannels(named);
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}
