import { CommanderError } from 'commander';

import { createProgram } from './command';
import { CommandError, UsageError } from './commandOptions';

/** Runs the command line. Exit status: 0 success, 1 failure, 2 wrong usage. */
async function run(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return 0;
  } catch (error) {
    // commander has printed what is wrong, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`Error: ${messageOf(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof CommandError || error instanceof UsageError)
    return error.message;
  return `Unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

// The reader of our output has closed it, as `head` does.
process.stdout.on('error', () => process.exit(0));

void run().then((status) => {
  process.exitCode = status;
});
