import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import {
  addStartOptions,
  DEFAULTS,
  stopRequested,
  log,
  print,
  startEmulator,
  type StartOptions,
} from './commandOptions';
import { record, replay } from './recordCommands';
import { withoutSecrets } from './values/urls';

export function createProgram(): Command {
  const program = addStartOptions(new Command('messenger-emulator'))
    .description('A Messenger Platform on this machine, beside any bot.')
    .version(version(), '--version')
    .helpOption('--help', 'show this help')
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
It runs until Ctrl-C. Exit status: 0 success, 1 failure, 2 wrong usage.

Example:
  $ npx messenger-emulator --webhook http://localhost:5000/webhooks/messenger`,
    )
    .action(emulate);
  addStartOptions(program.command('record'))
    .description('Run until Ctrl-C, and write the conversation to a file.')
    .requiredOption('--to <file>', 'the file to write')
    .helpOption('--help', 'show this help')
    .action(async (options: StartOptions & { to: string }) => {
      await record(options, options.to, show);
    });
  addStartOptions(program.command('replay'))
    .description('Repeat a recorded conversation, and compare the answers.')
    .argument('<file>', 'a file that `record` has written')
    .option('--timeout <ms>', 'how long the bot may take for a turn', '5000')
    .helpOption('--help', 'show this help')
    .action(
      async (file: string, options: StartOptions & { timeout: string }) => {
        await replay(options, file, options.timeout);
      },
    );
  return program;
}

/** Runs a Messenger Platform until SIGINT or SIGTERM. */
async function emulate(options: StartOptions): Promise<void> {
  const stopped = stopRequested();
  const emulator = await startEmulator(options, options.json ? undefined : log);
  show(emulator.origin, options);
  await stopped;
  await emulator.close();
}

function show(origin: string, options: StartOptions): void {
  if (options.json) {
    print(JSON.stringify(toJson(origin, options), undefined, 2));
    return;
  }
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
  print(
    `MESSENGER_ACCESS_TOKEN=${printableCredential(options, 'accessToken')}`,
  );
  print(`MESSENGER_APP_ID=${appId}`);
  print(`MESSENGER_APP_SECRET=${printableCredential(options, 'appSecret')}`);
  print(
    `MESSENGER_VERIFY_TOKEN=${printableCredential(options, 'verifyToken')}`,
  );
  print('');
  print('Ctrl-C ends it.');
}

type Credential = 'accessToken' | 'appSecret' | 'verifyToken';

/** Only the defaults are printed: other credentials may be real. */
function defaultCredential(
  options: StartOptions,
  name: Credential,
): string | null {
  return options[name] === DEFAULTS[name] ? DEFAULTS[name] : null;
}

function printableCredential(options: StartOptions, name: Credential): string {
  return defaultCredential(options, name) ?? '<as given>';
}

function toJson(origin: string, options: StartOptions): object {
  const { webhook, pageId, pageName, appId } = options;
  return {
    origin,
    webhook: withoutSecrets(webhook),
    page: { id: pageId, name: pageName },
    appId,
    accessToken: defaultCredential(options, 'accessToken'),
    appSecret: defaultCredential(options, 'appSecret'),
    verifyToken: defaultCredential(options, 'verifyToken'),
  };
}

function version(): string {
  const file = path.join(__dirname, '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string })
    .version;
}
