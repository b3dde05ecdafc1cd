import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import * as library from 'bottender-persona';

import { createProgram } from '../src/cli/program';
import { CUSTOMER, startBot, type TestAction } from './support/bot';
import { clientFor, startedBy } from './support/clients';
import {
  brokenLinks,
  codeBlocks,
  firstColumn,
  read,
  ROOT,
  typeErrors,
} from './support/docs';
import { faces, profile } from './support/faces';
import { ReadmeCode } from './support/readme';
import { alive, shown } from './support/wire';

const { personas } = library;

const code = new ReadmeCode((section) => section !== 'Recipes', {
  './HandOver': async (context: library.PersonaContext) => {
    context.usePersona('adam');
    await context.sendText('Adam here.');
  },
});

/** What is written by hand; docs/api is written from docstrings. */
const DOCUMENTS = ['', 'docs/'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name),
);

describe('README.md, how long a persona speaks', () => {
  it('message', async () => {
    expect(await code.answers('message')).toEqual([
      'Adam: Adam here.',
      'Page: And this is the Page.',
    ]);
  });

  it('speaker', async () => {
    expect(await code.answers('speaker')).toEqual([
      'Adam: Which pears do you have?',
      'Page: Conference and Williams.',
      'Adam: Conference, please.',
    ]);
  });

  it('without an event', async () => {
    const bot = await startedBy();
    const directory = { adam: profile('Adam') };
    const { answer } = code.run('client', {
      modules: {
        './bottender.config': { plugins: [personas({ directory })] },
        bottender: { getClient: () => clientFor(bot) },
      },
    }) as { answer: (psid: string, text: string) => Promise<void> };
    await answer(CUSTOMER, 'hi');
    expect(shown(bot.emulator)).toEqual(['Adam: [typing_on]', 'Adam: hi']);
  });

  it('block', async () => {
    expect(await code.answers('block')).toEqual([
      'Adam: [typing_on]',
      'Adam: [typing_off]',
      'Adam: Adam here.',
      'Page: The Page.',
      'Adam: Adam again.',
      'Page: The Page again.',
    ]);
  });

  it('handler', async () => {
    expect(await code.answers('handler', ['hi', 'help', 'hi'])).toEqual([
      'Page: Hello!',
      'Adam: How can I help?',
      'Page: Hello!',
    ]);
  });

  it('event', async () => {
    const oneEvent = ['Page: I am getting a colleague.', 'Adam: Adam here.'];
    expect(await code.answers('event', ['hi', 'hi'])).toEqual([
      ...oneEvent,
      ...oneEvent,
    ]);
  });

  it('conversation', async () => {
    const config = code.config('conversation-config');
    const texts = ['hi', 'agent', 'hi', 'bye', 'hi'];
    expect(await code.answers('conversation', texts, config)).toEqual([
      'Page: What can I do for you?',
      'Adam: What can I do for you?',
      'Adam: What can I do for you?',
      'Page: What can I do for you?',
      'Page: What can I do for you?',
    ]);
  });

  it('Page', async () => {
    const config = code.config('directory-config');
    expect(await code.answers('directory', ['hi', 'hi'], config)).toEqual([
      'Eve: Eve here.',
      'Eve: Eve here.',
    ]);
  });

  it('on the fly', async () => {
    expect(await code.answers('ephemeral')).toEqual([
      'John Mathew: I am John Mathew.',
      'John Mathew: That depends on the pear.',
    ]);
  });
});

it('README.md, when Messenger refuses a persona', async () => {
  const warn = jest.fn();
  const bot = await startBot(
    code.config('refused-config', { console: { warn } }),
  );
  bot.emulator.setEuropean(CUSTOMER, true);
  const { Adam } = await faces(bot.emulator, ['Adam']);
  await bot.run(async (context) => {
    context.usePersona(Adam);
    await context.sendText('hi');
  });
  expect(shown(bot.emulator)).toEqual(['Page: hi']);
  expect(warn.mock.calls).toEqual([[`${Adam} was refused: region`]]);
});

describe('README.md, adding it', () => {
  it('bottender.config.js takes the plugin', async () => {
    const bot = await startBot(code.config('config'));
    const { Adam } = await faces(bot.emulator, ['Adam']);
    await bot.run(async (context) => {
      context.usePersona(Adam);
      await context.sendText('hi');
    });
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  it('TypeScript', async () => {
    expect(await code.answers('typescript', ['hi'], {})).toEqual([
      'Adam: [typing_on]',
      'Adam: [typing_off]',
      'Adam: Adam here.',
      'Page: And this is the Page.',
    ]);
  });

  it('from an empty folder', async () => {
    const compiled = code.run('start-app');
    const App = code.run('start-index', { modules: { './dist': compiled } });
    const bot = await startBot({
      ...code.config('start-config', { process: { env: {} } }),
      action: App as TestAction,
    });
    for (const text of ['hi', 'agent', 'pears?']) await bot.say(text);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Page: Hello! Write "agent", or ask about pears.',
      'Page: One moment, I am getting a colleague.',
      'Adam Z.: [typing_on]',
      'Adam Z.: [typing_off]',
      'Adam Z.: Adam here.',
      'Dr. Pear: A pear is ripe when its neck gives to your thumb.',
    ]);
    expect(alive(bot.emulator)).toEqual(['Adam Z.']);
  });
});

describe('README.md, testing', () => {
  const back = process.cwd();
  afterEach(() => process.chdir(back));

  it.each(['simulator', 'emulator'])(
    'the test on the %s passes',
    async (name) => {
      expect.hasAssertions();
      process.chdir('__tests__/package/apps/javascript');
      const tests: (() => Promise<void>)[] = [];
      const test = (_: string, itself: () => Promise<void>) =>
        tests.push(itself);
      code.run(name, { test, expect });
      for (const itself of tests) await itself();
    },
  );
});

describe('README.md as a whole', () => {
  it('has no block of code that is not run here', () => {
    expect(code.left).toEqual([]);
  });

  it('explains every option', () => {
    const unknown = { noSuchOption: true };
    const [, known = ''] = /it has (.*)\./.exec(messageOf(unknown)) ?? [];
    expect(new Set(firstColumn('README.md', 'Options'))).toEqual(
      new Set(known.split(', ')),
    );
  });

  it('explains every error', () => {
    const errors = Object.keys(library).filter((name) =>
      name.endsWith('Error'),
    );
    expect(
      ['PersonaError', ...firstColumn('README.md', 'Errors')].sort(),
    ).toEqual(errors.sort());
  });
});

describe('docs/command-line.md', () => {
  const { commands } = createProgram();

  it('explains every command', () => {
    expect(firstColumn('docs/command-line.md', 'Commands').sort()).toEqual(
      commands.map((command) => command.name()).sort(),
    );
  });

  it('explains every option', () => {
    const text = read('docs/command-line.md');
    const flags = commands.flatMap(({ options }) =>
      options.map(({ long }) => long ?? ''),
    );
    const isNamed = (flag: string) => text.includes(flag);
    expect(
      [...flags, '--version', '-v', '-h'].filter((flag) => !isNamed(flag)),
    ).toEqual([]);
  });
});

describe.each(DOCUMENTS)('%s', (file) => {
  const blocks = codeBlocks(file);

  it('has code in TypeScript that the compiler takes', () => {
    const typescript = blocks.filter(({ language }) => language === 'ts');
    expect(typeErrors(typescript)).toEqual([]);
  });

  it('has no code in TypeScript or JavaScript that is not run, but README.md', () => {
    const code = blocks.filter(({ language }) => /^[jt]s$/.test(language));
    if (file !== 'README.md') expect(code).toEqual([]);
    else expect(code.length).toBeGreaterThan(20);
  });

  it('has no link that leads nowhere', () => {
    expect(brokenLinks(file)).toEqual([]);
  });

  it('names files that there are', () => {
    const files = read(file).match(/(?<=`)(src|__tests__)\/[\w./-]*(?=`)/g);
    expect(
      (files ?? []).filter((name) => !existsSync(path.join(ROOT, name))),
    ).toEqual([]);
  });

  it('names scripts and commands that there are', () => {
    const text = read(file);
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(
      ([, script = '']) => script,
    );
    const { scripts: known } = JSON.parse(read('package.json')) as {
      scripts: Record<string, string>;
    };
    expect(scripts.filter((script) => !(script in known))).toEqual([]);
    const commands = [
      ...text.matchAll(/npx bottender-persona (\w+)((?: --[\w-]+)*)/g),
    ];
    for (const [, name, options = ''] of commands) {
      const command = createProgram().commands.find(
        (each) => each.name() === name,
      );
      const flags = command?.options.map(({ long }) => long);
      expect(flags).toEqual(
        expect.arrayContaining(options.split(' ').filter(Boolean)),
      );
    }
  });
});

function messageOf(options: object): string {
  try {
    personas(options);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
