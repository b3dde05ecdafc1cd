/** cli/ is the command line. A bot never loads it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

import type { PageOptions } from './common';
import type { CreateOptions } from './commands/create';
import type { DeleteOptions } from './commands/delete';
import type { SweepOptions } from './commands/sweep';
import type { SyncOptions } from './commands/sync';
import { Misuse } from './failure';
import { printableLines } from './printable';

/**
 * The commands and their options. What a command does is loaded with it: with
 * Bottender, `.env` is read, which `--help` must not need.
 */
export function createProgram(): Command {
  const program = new Command('bottender-persona')
    .description("The personas of a Bottender bot's Messenger Pages.")
    .version(version(), '-v, --version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
    .configureOutput({
      writeErr: (text) => process.stderr.write(printableLines(text)),
    })
    .addHelpText(
      'after',
      `
Run it in the folder of bottender.config.js. Exit status: 0 done, 1 failed, 2 misused.

Example:
  $ npx bottender-persona sync --dry-run`,
    );

  pageCommand(program, 'list')
    .description('show the personas of the Page, and whose they are')
    .addHelpText('after', example('list --json'))
    .action(async (options: PageOptions) =>
      (await import('./commands/list.js')).list(options),
    );

  pageCommand(program, 'create')
    .description('make a persona')
    .requiredOption(
      '--name <name>',
      'what customers read, at most 50 characters',
    )
    .requiredOption('--pic <url>', 'its picture, which Messenger fetches')
    .option('--yes', 'make another of the same name without asking')
    .addHelpText(
      'after',
      example('create --name "Adam Z." --pic https://example.com/adam.png'),
    )
    .action(async (options: CreateOptions) =>
      (await import('./commands/create.js')).create(options),
    );

  idCommand(program, 'get')
    .description('show a persona')
    .addHelpText('after', example('get 1234567890'))
    .action(async (id: string | undefined, options: IdOptions) =>
      (await import('./commands/get.js')).get(theId(id, options), options),
    );

  idCommand(program, 'delete')
    .alias('del')
    .description('delete a persona; old messages keep their face')
    .option('--yes', 'delete one that the directory names without asking')
    .addHelpText('after', example('delete 1234567890'))
    .action(
      async (id: string | undefined, options: IdOptions & DeleteOptions) =>
        (await import('./commands/delete.js')).deleteById(
          theId(id, options),
          options,
        ),
    );

  pageCommand(program, 'sync')
    .description('make the Page match the directory of personas()')
    .option('--prune', 'delete personas that the directory does not name')
    .option('--dry-run', 'show the plan only')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('sync --prune --yes'))
    .action(async (options: SyncOptions) =>
      (await import('./commands/sync.js')).sync(options),
    );

  pageCommand(program, 'sweep')
    .description('delete personas made on the fly whose lease has run out')
    .option('--delete-suspects', 'delete those that may have been left behind')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('sweep --delete-suspects'))
    .action(async (options: SweepOptions) =>
      (await import('./commands/sweep.js')).sweep(options),
    );

  return program;
}

function pageCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .option('--page <id>', 'the Page, where the bot serves several', digits)
    .option('--config <file>', "the bot's config, if not bottender.config.js")
    .option('--json', 'print JSON, and nothing else');
}

interface IdOptions extends PageOptions {
  /** Digits only. */
  id?: string;
}

/** One that takes an ID as an argument, or as `--id`. */
function idCommand(program: Command, name: string): Command {
  return pageCommand(program, name)
    .argument('[id]', "the persona's ID", digits)
    .option('--id <id>', 'the same', digits);
}

/** @throws Misuse */
function theId(id: string | undefined, options: IdOptions): string {
  const given = [id, options.id].filter((each) => each !== undefined);
  const [first, second = first] = given;
  if (first === undefined) throw new Misuse('Say which: its ID is missing.');
  if (first !== second) throw new Misuse(`Say which: ${first} or ${second}?`);
  return first;
}

function example(line: string): string {
  return `\nExample:\n  $ npx bottender-persona ${line}`;
}

function digits(value: string): string {
  if (/^\d+$/.test(value)) return value;
  throw new InvalidArgumentError('IDs have digits only.');
}

function version(): string {
  const file = path.join(__dirname, '..', '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string })
    .version;
}
