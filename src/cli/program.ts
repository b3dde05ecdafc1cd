/** cli/ is the command line. Bots never load it. */
import { Command, InvalidArgumentError } from 'commander';

import type { PageOptions } from './openBot';
import type { CreateOptions } from './commands/create';
import type { DeleteOptions } from './commands/delete';
import type { DoctorOptions } from './commands/doctor';
import type { SweepOptions } from './commands/sweep';
import type { SyncOptions } from './commands/sync';
import { UsageError } from './commandErrors';
import type { ProbeOptions } from './commands/probe';
import { packageVersion } from './packageVersion';
import { printableLines } from './printable';

/**
 * The commands and their options. Each command is imported when it runs, because
 * importing Bottender reads `.env`, which `--help` must not need.
 */
export function createProgram(): Command {
  const program = new Command('bottender-persona')
    .description("The personas of a Bottender bot's Messenger Pages.")
    .version(packageVersion(), '-v, --version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureOutput({
      writeErr: (text) => process.stderr.write(printableLines(text)),
    })
    .addHelpText(
      'after',
      `
Run the command in the folder of bottender.config.js. Exit status: 0 success, 1 failure, 2 wrong usage.

Example:
  $ npx bottender-persona sync --dry-run`,
    );

  pageCommand(program, 'list')
    .description('show the personas of the Page, and what uses them')
    .addHelpText('after', example('list --json'))
    .action(async (options: PageOptions) =>
      (await import('./commands/list.js')).list(options),
    );

  pageCommand(program, 'create')
    .description('create a persona')
    .requiredOption(
      '--name <name>',
      'what customers read, at most 50 characters',
    )
    .requiredOption('--pic <url>', 'its picture, which Messenger fetches')
    .option('--yes', 'create another of the same name without asking')
    .addHelpText(
      'after',
      example('create --name "Adam Z." --pic https://example.com/adam.png'),
    )
    .action(async (options: CreateOptions) =>
      (await import('./commands/create.js')).create(options),
    );

  personaCommand(program, 'get')
    .description('show a persona')
    .addHelpText('after', example('get 1234567890'))
    .action(async (persona: string | undefined, options: IdOptions) =>
      (await import('./commands/get.js')).get(
        requirePersona(persona, options),
        options,
      ),
    );

  personaCommand(program, 'delete')
    .alias('del')
    .description('delete a persona; old messages keep its name and picture')
    .option('--yes', 'delete one that the directory names without asking')
    .addHelpText('after', example('delete 1234567890'))
    .action(
      async (persona: string | undefined, options: IdOptions & DeleteOptions) =>
        (await import('./commands/delete.js')).deletePersonaOf(
          requirePersona(persona, options),
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
    .description('delete ephemeral personas whose lease has expired')
    .option('--delete-suspects', 'delete those that may have been left behind')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('sweep --delete-suspects'))
    .action(async (options: SweepOptions) =>
      (await import('./commands/sweep.js')).sweep(options),
    );

  pageCommand(program, 'doctor')
    .description('check the bot, from its config to its platforms')
    .option('--allow-private', 'fetch pictures from private addresses too')
    .option(
      '--probe <psid>',
      'ask the real Page what Meta does not document, by messages to this customer',
      digits,
    )
    .option(
      '--foreign <id>',
      "for --probe: the ID of another Page's persona",
      digits,
    )
    .option('--yes', 'for --probe: do not ask')
    .addHelpText('after', example('doctor'))
    .action(
      async ({ probe, ...options }: DoctorOptions & Partial<ProbeOptions>) => {
        if (probe !== undefined) {
          const command = await import('./commands/probe.js');
          return command.probe({ probe, ...options });
        }
        if (options.foreign !== undefined || options.yes) {
          throw new UsageError(
            '--foreign and --yes are for a probe: pass --probe <psid> too.',
          );
        }
        return (await import('./commands/doctor.js')).doctor(options);
      },
    );

  return program;
}

function pageCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .option('--page <id>', 'the Page, if the bot serves several', digits)
    .option('--config <file>', "the bot's config, if not bottender.config.js")
    .option('--json', 'print JSON, and nothing else');
}

interface IdOptions extends PageOptions {
  /** Digits only. */
  id?: string;
}

/** A command that takes an ID or a name as an argument, or an ID as `--id`. */
function personaCommand(program: Command, name: string): Command {
  return pageCommand(program, name)
    .argument('[persona]', "the persona's ID, or its name in the directory")
    .option('--id <id>', 'its ID', digits);
}

/** @throws UsageError */
function requirePersona(
  persona: string | undefined,
  options: IdOptions,
): string {
  const given = [persona, options.id].filter((each) => each !== undefined);
  const [first, second = first] = given;
  if (first === undefined)
    throw new UsageError('The ID of the persona is missing.');
  if (first !== second) {
    throw new UsageError(
      `The IDs ${first} and ${second} differ: give one of them.`,
    );
  }
  return first;
}

function example(line: string): string {
  return `\nExample:\n  $ npx bottender-persona ${line}`;
}

function digits(value: string): string {
  if (/^\d+$/.test(value)) return value;
  throw new InvalidArgumentError('IDs have digits only.');
}
