#!/usr/bin/env node
import { CommanderError } from 'commander';

import { PersonaError } from '../errors';

import { Failure, Misuse } from './failure';
import { printError, printNote } from './output';
import { createProgram } from './program';

/** Exit status: 0 done, 1 failed, 2 misused. */
async function run(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return 0;
  } catch (error) {
    // commander has said what is wrong; asking for help is no misuse.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printError(messageOf(error));
    return error instanceof Misuse ? 2 : 1;
  }
}

function messageOf(error: unknown): string {
  const isExpected =
    error instanceof Failure ||
    error instanceof Misuse ||
    error instanceof PersonaError;
  if (isExpected) return error.message;
  return `This should not have happened: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** A pipe takes what was written only by and by. */
async function flush(): Promise<void> {
  await new Promise((resolve) => process.stdout.write('', resolve));
  await new Promise((resolve) => process.stderr.write('', resolve));
}

/** What waits for a store or a bot's own code has a bound; without this the process would end before, and well. */
const alive = setInterval(() => {}, 1000);

/** What a plugin or a library tells of may hold what Messenger answered. */
process.removeAllListeners('warning');
process.on('warning', ({ name, message }) => printNote(`${name}: ${message}`));

/** Of the bot's own code, its store's client say. */
process.on('uncaughtException', (error) => {
  printError(messageOf(error));
  process.exit(1);
});

/** Why the result was not written. */
let unwritten: string | undefined;

/** Whoever reads us may have seen enough, as `head` does: what is begun is done all the same. */
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') unwritten = message;
});
process.stderr.on('error', () => {});

void run().then(async (status) => {
  clearInterval(alive);
  await flush();
  if (unwritten !== undefined) {
    printError(`The result could not be written: ${unwritten}`);
    await flush();
  }
  // The store of the bot may keep a connection open.
  process.exit(unwritten === undefined ? status : status || 1);
});
