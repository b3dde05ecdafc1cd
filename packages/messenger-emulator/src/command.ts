import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

import {
  startMessengerEmulator,
  type EmulatorSeed,
  type MessengerEmulator,
} from './index';
import { withoutSecrets } from './values/urls';

/** The emulator could not be started: exit status 1. */
export class Failure extends Error {}

/** The command was called wrongly: exit status 2. */
export class Misuse extends Error {}

/** Credentials are the emulator's own and mean nothing elsewhere. */
const DEFAULTS = {
  webhook: 'http://127.0.0.1:5000/webhooks/messenger',
  port: '5050',
  /** In a container, 0.0.0.0. */
  host: '127.0.0.1',
  pageId: '100000000000001',
  pageName: 'Test Page',
  accessToken: 'emulator-page-access-token',
  appId: '200000000000001',
  appSecret: 'emulator-app-secret',
  verifyToken: 'emulator-verify-token',
};

interface EmulateOptions {
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
  seed?: string;
  json?: boolean;
}

export function createProgram(): Command {
  return new Command('messenger-emulator')
    .description('A Messenger Platform on this machine, beside any bot.')
    .version(version(), '--version')
    .option('--webhook <url>', 'where the bot listens', DEFAULTS.webhook)
    .option('--port <port>', '0 for a free one', port, DEFAULTS.port)
    .option('--host <address>', 'where it listens', DEFAULTS.host)
    .option(
      '--allow-host <name...>',
      'names besides those of loopback by which it may be called',
    )
    .option('--page-id <id>', "the Page's ID", digits, DEFAULTS.pageId)
    .option('--page-name <name>', "the Page's name", DEFAULTS.pageName)
    .option('--access-token <token>', "the Page's", DEFAULTS.accessToken)
    .option('--app-id <id>', "the app's ID", digits, DEFAULTS.appId)
    .option('--app-secret <secret>', 'signs webhooks', DEFAULTS.appSecret)
    .option('--verify-token <token>', "the webhook's", DEFAULTS.verifyToken)
    .option(
      '--messaging-window',
      'refuse messages later than 24 hours after what the customer did',
    )
    .option('--rate-limits', "keep to Messenger's rate limits")
    .option(
      '--seed <file>',
      'JSON with personas, customers and profiles to start with',
    )
    .option('--json', 'print JSON')
    .helpOption('--help', 'show this help')
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
    .addHelpText(
      'after',
      `
It runs until Ctrl-C. Exit status: 0 done, 1 failed, 2 misused.

Example:
  $ npx messenger-emulator --webhook http://localhost:5000/webhooks/messenger`,
    )
    .action(emulate);
}

/** Runs a Messenger Platform until SIGINT or SIGTERM. */
async function emulate(options: EmulateOptions): Promise<void> {
  const ended = Promise.race([
    once(process, 'SIGINT'),
    once(process, 'SIGTERM'),
    parentEnded(),
  ]);
  const emulator = await start(options);
  if (options.json) {
    print(JSON.stringify(toJson(emulator.origin, options), undefined, 2));
  } else {
    show(emulator.origin, options);
  }
  await ended;
  await emulator.close();
}

const PARENT_CHECK_MS = 250;

/**
 * Resolves when npm, which started this process, is gone: a SIGTERM to `npx`
 * ends npm and its shell, and does not reach their child. Without npm it never
 * resolves, so that a command in the background outlives its shell.
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

async function start(options: EmulateOptions): Promise<MessengerEmulator> {
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
      seed: options.seed === undefined ? undefined : readSeed(options.seed),
      messagingWindow: options.messagingWindow,
      rateLimits: options.rateLimits,
      pages: [{ id: pageId, name: pageName, accessToken }],
      log: options.json ? undefined : log,
    });
  } catch (error) {
    // A TypeError names an option that has a bad value.
    const message = error instanceof Error ? error.message : String(error);
    throw error instanceof TypeError
      ? new Misuse(message)
      : new Failure(`${message}. Choose another --port.`);
  }
}

/** Larger ones are not what anybody means. */
const LARGEST_SEED = 64 * 1024 * 1024;

/** What is in it is checked where the emulator starts. */
function readSeed(file: string): EmulatorSeed {
  try {
    if (statSync(file).size > LARGEST_SEED) {
      throw new Error(`it is larger than ${LARGEST_SEED} bytes`);
    }
    return JSON.parse(readFileSync(file, 'utf8')) as EmulatorSeed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`--seed ${file}: ${reason}`);
  }
}

function show(origin: string, options: EmulateOptions): void {
  const { webhook, pageId, appId } = options;
  print(`Messenger runs at ${origin}: open it to chat.`);
  print(`Customers' messages go to ${withoutSecrets(webhook)}.`);
  print('');
  print(
    `The bot calls ${origin} in place of https://graph.facebook.com, with:`,
  );
  print('');
  print(`MESSENGER_ORIGIN=${origin}`);
  print(`MESSENGER_PAGE_ID=${pageId}`);
  print(`MESSENGER_ACCESS_TOKEN=${shown(options, 'accessToken')}`);
  print(`MESSENGER_APP_ID=${appId}`);
  print(`MESSENGER_APP_SECRET=${shown(options, 'appSecret')}`);
  print(`MESSENGER_VERIFY_TOKEN=${shown(options, 'verifyToken')}`);
  print('');
  print('Ctrl-C ends it.');
}

/** What happens, as it happens: `12:00:00 POST /me/messages 200`. */
function log(line: string): void {
  print(`${new Date().toTimeString().slice(0, 8)} ${line}`);
}

type Credential = 'accessToken' | 'appSecret' | 'verifyToken';

/** Only what we made up ourselves: what was given may be real. */
function known(options: EmulateOptions, name: Credential): string | null {
  return options[name] === DEFAULTS[name] ? DEFAULTS[name] : null;
}

function shown(options: EmulateOptions, name: Credential): string {
  return known(options, name) ?? '<as given>';
}

function toJson(origin: string, options: EmulateOptions): object {
  const { webhook, pageId, pageName, appId } = options;
  return {
    origin,
    webhook: withoutSecrets(webhook),
    page: { id: pageId, name: pageName },
    appId,
    accessToken: known(options, 'accessToken'),
    appSecret: known(options, 'appSecret'),
    verifyToken: known(options, 'verifyToken'),
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function digits(value: string): string {
  if (/^\d+$/.test(value)) return value;
  throw new InvalidArgumentError('IDs have digits only.');
}

function port(value: string): string {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65535) return value;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function version(): string {
  const file = path.join(__dirname, '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string })
    .version;
}
