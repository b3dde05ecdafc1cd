#!/usr/bin/env node
import { CommanderError } from 'commander';

import { PersonaError, PersonaStoreError } from '../errors';

import { CommandError, UsageError, withoutSecrets } from './commandErrors';
import { printError, printNote, resultStream } from './output';
import { createProgram } from './program';

/** Exit status: 0 success, 1 failure, 2 wrong usage. */
async function run(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return 0;
  } catch (error) {
    // commander has printed the error; `--help` has exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printError(messageOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function messageOf(error: unknown): string {
  const isExpected =
    error instanceof CommandError ||
    error instanceof UsageError ||
    error instanceof PersonaError;
  if (error instanceof PersonaStoreError) {
    return `${error.message} \`npx bottender-persona doctor\` says what is wrong with the store.`;
  }
  if (isExpected) return error.message;
  const text =
    error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This should not have happened: ${withoutSecrets(text)}`;
}

/** Waits until a pipe has taken all output. */
async function flush(): Promise<void> {
  await new Promise((resolve) => resultStream().write('', resolve));
  await new Promise((resolve) => process.stderr.write('', resolve));
}

// Pending timeouts do not keep the process alive: without this it would exit early, with status 0.
const keepAlive = setInterval(() => {}, 1000);

// Printed by us, because warnings may contain secrets and control characters.
process.removeAllListeners('warning');
process.on('warning', ({ name, message }) => printNote(`${name}: ${message}`));

// Thrown by the bot's own code, for example its store's client.
process.on('uncaughtException', (error) => {
  printError(messageOf(error));
  process.exit(1);
});

const onExit = (status: number) => {
  if (status !== 0) return;
  printError(
    "The bot's own code ended the process before the command was done.",
  );
  process.exitCode = 1;
};
process.on('exit', onExit);

let outputError: string | undefined;

// A reader such as `head` may close the pipe early: the command still finishes.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') outputError = message;
});
process.stderr.on('error', () => {});

void run().then(async (status) => {
  process.off('exit', onExit);
  clearInterval(keepAlive);
  await flush();
  if (outputError !== undefined) {
    printError(`The result could not be written: ${outputError}`);
    await flush();
  }
  // The bot's store may keep a connection open.
  process.exit(outputError === undefined ? status : status || 1);
});
