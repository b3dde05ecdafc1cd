import * as library from 'bottender-persona';
import type { PersonaContext, Personas } from 'bottender-persona';

import { CUSTOMER, startBot, type TestAction } from './support/bot';
import { codeBlocks, firstColumn, runBlock, typeErrors } from './support/docs';
import { faces, profile } from './support/faces';
import { alive, shown } from './support/wire';

const { personas } = library;

const blocks = codeBlocks('README.md').filter(({ language }) =>
  ['js', 'ts'].includes(language),
);
const ran = new Set<string>();

describe('README.md, how long a persona speaks', () => {
  it('message', async () => {
    expect(await answers('message')).toEqual([
      'Adam: Adam here.',
      'Page: And this is the Page.',
    ]);
  });

  it('block', async () => {
    expect(await answers('block')).toEqual([
      'Adam: [typing_on]',
      'Adam: [typing_off]',
      'Adam: Adam here.',
      'Page: The Page.',
      'Adam: Adam again.',
      'Page: The Page again.',
    ]);
  });

  it('handler', async () => {
    expect(await answers('handler', ['hi', 'help', 'hi'])).toEqual([
      'Page: Hello!',
      'Adam: How can I help?',
      'Page: Hello!',
    ]);
  });

  it('event', async () => {
    const oneEvent = ['Page: I am getting a colleague.', 'Adam: Adam here.'];
    expect(await answers('event', ['hi', 'hi'])).toEqual([
      ...oneEvent,
      ...oneEvent,
    ]);
  });

  it('conversation', async () => {
    const config = run('conversation-config') as Setup;
    const texts = ['hi', 'agent', 'hi', 'bye', 'hi'];
    expect(await answers('conversation', texts, config)).toEqual([
      'Page: What can I do for you?',
      'Adam: What can I do for you?',
      'Adam: What can I do for you?',
      'Page: What can I do for you?',
      'Page: What can I do for you?',
    ]);
  });

  it('Page', async () => {
    const config = run('directory-config') as Setup;
    expect(await answers('directory', ['hi', 'hi'], config)).toEqual([
      'Eve: Eve here.',
      'Eve: Eve here.',
    ]);
  });

  it('on the fly', async () => {
    expect(await answers('ephemeral')).toEqual([
      'John Mathew: I am John Mathew.',
      'John Mathew: That depends on the pear.',
    ]);
  });
});

it('README.md, when Messenger refuses a persona', async () => {
  const warn = jest.fn();
  const config = run('refused-config', { console: { warn } }) as Setup;
  const bot = await startBot(config);
  bot.emulator.setEuropean(CUSTOMER, true);
  const { Adam } = await faces(bot.emulator, ['Adam']);
  await bot.run(async (context) => {
    context.usePersona(Adam);
    await context.sendText('hi');
  });
  expect(shown(bot.emulator)).toEqual(['Page: hi']);
  expect(warn.mock.calls).toEqual([[`${Adam} was refused: europe`]]);
});

describe('README.md, adding and testing', () => {
  it('bottender.config.js takes the plugin', async () => {
    const bot = await startBot(run('config') as Setup);
    const { Adam } = await faces(bot.emulator, ['Adam']);
    await bot.run(async (context) => {
      context.usePersona(Adam);
      await context.sendText('hi');
    });
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  it('bottender.config.js takes a store', async () => {
    const { plugins } = run('redis') as { plugins: Personas[] };
    expect(plugins).toHaveLength(1);
    await plugins[0]?.close();
  });

  it('TypeScript', async () => {
    expect(await answers('typescript', ['hi'], {})).toEqual([
      'Adam: Adam here.',
    ]);
  });

  it.each(['simulator', 'emulator'])(
    'the test on the %s passes',
    async (name) => {
      expect.hasAssertions();
      const tests: (() => Promise<void>)[] = [];
      const test = (_: string, itself: () => Promise<void>) =>
        tests.push(itself);
      run(name, { test, expect });
      for (const itself of tests) await itself();
    },
  );
});

describe('README.md as a whole', () => {
  it('has code in TypeScript that the compiler takes', () => {
    const typescript = blocks.filter(({ language }) => language === 'ts');
    expect(typescript.length).toBeGreaterThan(0);
    expect(typeErrors(typescript)).toEqual([]);
  });

  it('has no block of code that is not run here', () => {
    const others = blocks.filter(({ name }) => !name || !ran.has(name));
    expect(others.map(({ place }) => place)).toEqual([]);
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

interface Setup {
  plugins?: ((context: PersonaContext) => unknown)[];
  initialState?: Record<string, null>;
}

/** What a customer is shown who writes these texts to a bot that is the block. */
async function answers(
  name: string,
  texts: string[] = ['hi'],
  setup: Setup = { plugins: [personas()] },
): Promise<string[]> {
  let App: TestAction = () => undefined;
  const bot = await startBot({
    ...setup,
    action: (context, props) => App(context, props),
  });
  const { Adam } = await faces(bot.emulator, ['Adam']);
  App = run(name, { adam: Adam }) as TestAction;
  for (const text of texts) await bot.say(text);
  expect(bot.errors).toEqual([]);
  expect(alive(bot.emulator)).not.toContain('John Mathew');
  return shown(bot.emulator);
}

/** Runs the block of this name: its `App`, or what it exports. */
function run(
  name: string,
  { adam = '<ADAM_ID>', ...globals }: Record<string, unknown> = {},
): unknown {
  const [block, ...others] = blocks.filter((each) => each.name === name);
  if (!block || others.length > 0) throw new Error(`One block is "${name}".`);
  ran.add(name);
  const code = block.code.replaceAll('<ADAM_ID>', String(adam));
  return runBlock({ ...block, code }, { require: requireFor, ...globals });
}

/** What the blocks require: this package, Bottender, and the reader's own bot. */
function requireFor(module: string): unknown {
  return module === './App' ? speakAsAdam : jest.requireActual(module);
}

/** A persona's ID is known where nothing checks it; the emulator has to make one. */
async function speakAsAdam(context: PersonaContext): Promise<void> {
  const name = 'Adam Z.';
  const id = context.client.createPersona
    ? (await context.client.createPersona(profile(name))).id
    : '<ADAM_ID>';
  await context.withPersona(id, () => context.sendText('Adam here.'));
}

function messageOf(options: object): string {
  try {
    personas(options);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
