import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';

import { InvalidArgumentError, type Command } from 'commander';

import {
  startMessengerEmulator,
  type EmulatorSeed,
  type MessengerEmulator,
} from './index';

/** The emulator could not be started, or a replay differs: exit status 1. */
export class CommandError extends Error {}

/** The command was called wrongly: exit status 2. */
export class UsageError extends Error {}

/** The default credentials are no secrets: they are valid only here. */
export const DEFAULTS = {
  webhook: 'http://127.0.0.1:5000/webhooks/messenger',
  port: '5050',
  /** A container needs 0.0.0.0. */
  host: '127.0.0.1',
  pageId: '100000000000001',
  pageName: 'Test Page',
  accessToken: 'emulator-page-access-token',
  appId: '200000000000001',
  appSecret: 'emulator-app-secret',
  verifyToken: 'emulator-verify-token',
};

/** The options that all commands share. */
export interface StartOptions {
  webhook: string;
  port: string;
  host: string;
  allowHost?: string[];
  pageId: string;
  pageName: string;
  accessToken: string;
  appId: string;
  appSecret: string;
  verifyToken: string;
  messagingWindow?: boolean;
  rateLimits?: boolean;
  echoBeforeAnswer?: boolean;
  seed?: string;
  json?: boolean;
}

export function addStartOptions(command: Command): Command {
  return command
    .option('--webhook <url>', 'where the bot listens', DEFAULTS.webhook)
    .option(
      '--port <port>',
      'the port to listen on; 0 picks a free one',
      port,
      DEFAULTS.port,
    )
    .option('--host <address>', 'the address to listen on', DEFAULTS.host)
    .option(
      '--allow-host <name...>',
      'host names that callers may use, besides localhost',
    )
    .option('--page-id <id>', "the Page's ID", digits, DEFAULTS.pageId)
    .option('--page-name <name>', "the Page's name", DEFAULTS.pageName)
    .option(
      '--access-token <token>',
      "the Page's access token",
      DEFAULTS.accessToken,
    )
    .option('--app-id <id>', "the app's ID", digits, DEFAULTS.appId)
    .option(
      '--app-secret <secret>',
      'the secret that signs webhooks',
      DEFAULTS.appSecret,
    )
    .option(
      '--verify-token <token>',
      "the webhook's verify token",
      DEFAULTS.verifyToken,
    )
    .option(
      '--messaging-window',
      "refuse messages more than 24 hours after the customer's last action",
    )
    .option('--rate-limits', "enforce Messenger's rate limits")
    .option(
      '--echo-before-answer',
      'deliver the echo of a message before the send is answered',
    )
    .option(
      '--seed <file>',
      'JSON with personas, customers and profiles to start with',
    )
    .option('--json', 'print JSON');
}

/**
 * @throws {UsageError} for a bad option.
 * @throws {CommandError} when the port is taken.
 */
export async function startEmulator(
  options: StartOptions,
  log?: (line: string) => void,
): Promise<MessengerEmulator> {
  const { webhook, pageId, pageName, accessToken } = options;
  const { appId, appSecret, verifyToken } = options;
  try {
    return await startMessengerEmulator({
      port: Number(options.port),
      host: options.host,
      allowHosts: options.allowHost,
      webhookUrl: webhook,
      appId,
      appSecret,
      verifyToken,
      seed:
        options.seed === undefined
          ? undefined
          : (readJsonFile('--seed', options.seed) as EmulatorSeed),
      messagingWindow: options.messagingWindow,
      rateLimits: options.rateLimits,
      echoBeforeAnswer: options.echoBeforeAnswer,
      pages: [{ id: pageId, name: pageName, accessToken }],
      log,
    });
  } catch (error) {
    // A TypeError names an option that has a bad value.
    const message = error instanceof Error ? error.message : String(error);
    throw error instanceof TypeError
      ? new UsageError(inFlags(message))
      : new CommandError(`${message}. Choose another --port.`);
  }
}

/** By the options of `startMessengerEmulator()`, without the positions in lists. */
const FLAGS: Readonly<Record<string, string>> = {
  webhookUrl: '--webhook',
  host: '--host',
  allowHosts: '--allow-host',
  'pages.name': '--page-name',
  'pages.accessToken': '--access-token',
  appSecret: '--app-secret',
  verifyToken: '--verify-token',
};

/** Names options as they are named on the command line. */
function inFlags(message: string): string {
  return message.replace(/`([\w.[\]]+)`/g, (quoted, name: string) => {
    return FLAGS[name.replace(/\[\d+\]/, '')] ?? quoted;
  });
}

const MAX_FILE_BYTES = 64 * 1024 * 1024;

/**
 * Reads JSON, which is checked where it is used.
 *
 * @param option the option or command that names the file, for errors
 * @throws {TypeError} if the file cannot be read, or is not JSON.
 */
export function readJsonFile(option: string, file: string): unknown {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) {
      throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    }
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`${option} ${file}: ${reason}`);
  }
}

/** Resolves at SIGINT, at SIGTERM, or when npm has ended. */
export async function stopRequested(): Promise<void> {
  await Promise.race([
    once(process, 'SIGINT'),
    once(process, 'SIGTERM'),
    parentEnded(),
  ]);
}

const PARENT_CHECK_MS = 250;

/**
 * Resolves when the npm that started this process has ended: a SIGTERM to `npx`
 * ends npm and its shell, but does not reach this process. Without npm it never
 * resolves, so a command in the background outlives its shell.
 */
function parentEnded(): Promise<void> {
  if (process.env.npm_lifecycle_event === undefined) {
    return new Promise(() => undefined);
  }
  const parent = process.ppid;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      resolve();
    }, PARENT_CHECK_MS).unref();
  });
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints an event with the time: `12:00:00 POST /me/messages 200`. */
export function log(line: string): void {
  print(`${new Date().toTimeString().slice(0, 8)} ${line}`);
}

function digits(value: string): string {
  if (/^\d+$/.test(value)) return value;
  throw new InvalidArgumentError('IDs have digits only.');
}

function port(value: string): string {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65535) return value;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}
