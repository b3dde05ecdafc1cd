import { MessengerBot } from 'bottender';
import { ContextSimulator } from 'bottender/dist/test-utils';
import * as library from 'bottender-persona';
import * as clientLibrary from 'bottender-persona/client';

import {
  APP_SECRET,
  CUSTOMER,
  PAGE,
  startBot,
  startWrittenTo,
  type TestAction,
} from './support/bot';
import { clientFor } from './support/clients';
import { documentsIn } from './support/docs';
import { alive, shown } from './support/emulatorState';
import { PageCode } from './support/pageCode';
import { createPersonas, profile } from './support/personas';

const { personas } = library;

// That of docs/recipes/ is run in docs.recipes.test.ts.
const code = new PageCode(['README.md', ...documentsIn('docs')], {
  './HandOver': {
    directory: { adam: profile('Adam') },
    HandOver: async (context: library.PersonaContext) => {
      context.usePersona('adam');
      await context.sendText('Adam here.');
    },
  },
});

describe('docs/life-spans.md', () => {
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

  it('outside an event', async () => {
    const bot = await startWrittenTo();
    const directory = { adam: profile('Adam') };
    const { answer } = code.run('client', {
      modules: {
        './bottender.config': { plugins: [personas({ directory })] },
        bottender: { getClient: () => clientFor(bot.emulator) },
      },
    }) as { answer: (psid: string, text: string) => Promise<void> };
    await answer(CUSTOMER, 'hi');
    expect(shown(bot.emulator)).toEqual(['Adam: [typing_on]', 'Adam: hi']);
  });

  it('shift', async () => {
    const bot = await startWrittenTo();
    const { signIn, answer, signOut } = code.run('shift', {
      modules: {
        './bottender.config': { plugins: [personas()] },
        bottender: { getClient: () => clientFor(bot.emulator) },
      },
    }) as Record<string, (...given: unknown[]) => Promise<void>>;
    const adam = { id: 7, profile: profile('Adam') };
    await signIn?.(adam);
    await answer?.(adam, CUSTOMER, 'hi');
    await answer?.(adam, CUSTOMER, 'and bye');
    expect(alive(bot.emulator)).toEqual(['Adam']);
    await signOut?.(adam);
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Adam: and bye']);
    expect(alive(bot.emulator)).toEqual([]);
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

it('docs/errors.md, when Messenger refuses a persona', async () => {
  const warn = jest.fn();
  const bot = await startBot(
    code.config('refused-config', { console: { warn } }),
  );
  bot.emulator.setEuropean(CUSTOMER, true);
  const { Adam } = await createPersonas(bot.emulator, ['Adam']);
  await bot.run(async (context) => {
    context.usePersona(Adam);
    await context.sendText('hi');
  });
  expect(shown(bot.emulator)).toEqual(['Page: hi']);
  expect(warn.mock.calls).toEqual([[`${Adam} was refused: region`]]);
});

describe('docs/getting-started.md', () => {
  it('bottender.config.js takes the plugin', async () => {
    const bot = await startBot(code.config('config'));
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
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

  it.each(['JavaScript', 'TypeScript'])(
    'from an empty folder, in %s',
    async (language) => {
      const App =
        language === 'JavaScript'
          ? code.run('start-javascript')
          : code.run('start-index', {
              modules: { './dist': code.run('start-app') },
            });
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
    },
  );
});

it('docs/operating.md', async () => {
  const plugin = personas({ directory: { adam: profile('Adam') } });
  const bot = await startBot({ plugins: [plugin] });
  const counters: Counter[] = [];
  class Counter {
    values: Record<string, number> = {};
    constructor(readonly given: { name: string; collect(): void }) {
      counters.push(this);
    }
    reset(): void {
      this.values = {};
    }
    inc(labels: Record<string, string>, count: number): void {
      this.values[Object.values(labels).join()] = count;
    }
  }
  code.run('metrics', {
    modules: {
      'prom-client': { Counter },
      './bottender.config': { plugins: [plugin] },
    },
  });
  await bot.run(async (context) => {
    await context.withPersona('adam', () => context.sendText('hi'));
  });
  for (const counter of counters) counter.given.collect.call(counter);
  expect(counters.map(({ given }) => given.name)).toEqual([
    'personas_total',
    'persona_refusals_total',
  ]);
  const { refused, ...counts } = plugin.stats();
  expect(counts.created).toBe(1);
  expect(counters.map(({ values }) => values)).toEqual([counts, refused]);
});

describe('docs/without-bottender.md', () => {
  it('a client of your own', async () => {
    const { emulator } = await startWrittenTo();
    const { Bea = '' } = await createPersonas(emulator, ['Bea']);
    const create = code.run('custom-client', {
      fetch,
      modules: { 'bottender-persona/client': clientLibrary },
    }) as (account: object) => library.PersonaClient;
    const { origin } = emulator;
    const client = create({ accessToken: PAGE.accessToken, origin });
    await client.as(Bea).sendText(CUSTOMER, 'hi');
    emulator.setEuropean(CUSTOMER, true);
    await client.as(Bea).sendText(CUSTOMER, 'on');
    expect(shown(emulator)).toEqual(['Bea: hi', 'Page: on']);
  });
});

describe('docs/typescript.md', () => {
  it('names', async () => {
    const plugins = [personas({ directory: { adam: profile('Adam') } })];
    expect(await code.answers('names', ['hi'], { plugins })).toEqual([
      'Adam: Adam here.',
    ]);
  });

  it('session state', async () => {
    const { plugin } = code.run('state') as {
      plugin: library.Personas<'adam'>;
    };
    const bot = await code.start('state', {
      plugins: [plugin],
      initialState: { agent: null },
    });
    await bot.say('hi');
    await bot.run(async (context) => {
      await context.sendText('and on');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: Adam here.', 'Adam: and on']);
  });

  it('ES modules', () => {
    const { exported } = code.run('esm') as { exported: unknown[] };
    expect(exported.map((each) => typeof each)).toEqual([
      'function',
      'function',
    ]);
  });
});

describe('the tests on the pages pass', () => {
  const back = process.cwd();
  afterEach(() => process.chdir(back));

  it.each([
    'simulator',
    'vitest',
    'simulator-typescript',
    'emulator',
    'upgraded-test',
  ])('%s', async (name) => {
    expect.hasAssertions();
    process.chdir('__tests__/package/apps/javascript');
    const tests: (() => Promise<void>)[] = [];
    const test = (_: string, itself: () => Promise<void>) => tests.push(itself);
    const vitest = { expect, test, vi: jest };
    code.run(name, { test, expect, modules: { vitest } });
    for (const itself of tests) await itself();
  });
});

it('docs/testing.md: a bot on the emulator, and the configuration of ts-jest', async () => {
  const { emulator } = await startBot();
  const env = { MESSENGER_ORIGIN: emulator.origin };
  const { channels } = code.run('origin', { process: { env } }) as {
    channels: { messenger: ConstructorParameters<typeof MessengerBot>[0] };
  };
  const { client } = new MessengerBot({
    ...channels.messenger,
    accessToken: PAGE.accessToken,
    appSecret: APP_SECRET,
  }).connector;
  expect(await client?.getPageInfo()).toMatchObject({ id: PAGE.id });
  // Tests of the installed package run with it, too.
  expect(code.run('jest-config')).toHaveProperty('preset', 'ts-jest');
});

it('docs/upgrading.md: a placeholder counts as an unknown name', async () => {
  const onRefused = jest.fn();
  const simulator = new ContextSimulator({ platform: 'messenger' });
  const context = simulator.createTextContext('hi') as library.PersonaContext;
  await personas({ onRefused })(context);
  await context.sendText('hi', { personaId: '<ADAM_ID>' });
  expect(jest.mocked(context.sendText).mock.calls).toEqual([['hi', {}]]);
  expect(onRefused).toHaveBeenCalledWith(
    expect.objectContaining({ reason: 'unknown' }),
    expect.objectContaining({ persona: '<ADAM_ID>' }),
  );
});

it('README.md, the example', async () => {
  const texts = ['hi', 'agent', 'hi', 'bye', 'hi'];
  const config = code.config('example-config');
  expect(await code.answers('example', texts, config)).toEqual([
    'Page: This is an automated chat.',
    'Page: Write "agent" or "bye".',
    'Page: One moment, I am getting a colleague.',
    'Adam Z.: Adam here. How can I help?',
    'Adam Z.: Write "agent" or "bye".',
    'Adam Z.: Goodbye!',
    'Page: You are with the bot again.',
    'Page: What else can I do for you?',
    'Page: Write "agent" or "bye".',
  ]);
});

it('docs/command-line.md: a bot that chooses the version of the Graph API', async () => {
  const { emulator } = await startBot();
  const env = {
    MESSENGER_ACCESS_TOKEN: PAGE.accessToken,
    MESSENGER_APP_ID: '1',
    MESSENGER_APP_SECRET: APP_SECRET,
    MESSENGER_ORIGIN: emulator.origin,
  };
  const { channels } = code.run('graph-version', { process: { env } }) as {
    channels: { messenger: ConstructorParameters<typeof MessengerBot>[0] };
  };
  const { client } = new MessengerBot(channels.messenger).connector;
  await client?.getPageInfo();
  const [{ path, version } = {}] = emulator.state().requests;
  // On a call to an expired version it would say so.
  expect({ path, version }).toEqual({ path: '/me', version: undefined });
});

describe('docs/human-or-bot.md', () => {
  const START =
    'Max · AI: Hi! You are talking to our assistant, which is a computer program.';

  it('the config, and people who answer elsewhere', async () => {
    const config = code.config('disclosure-config');
    const bot = await startBot(config);
    const say = (name: string, text: string) =>
      bot.run(async (context) => {
        await context.as(name).sendText(text);
      });
    const { onAgentMessage, onErasure } = code.run('record', {
      modules: {
        bottender: { getClient: () => clientFor(bot.emulator) },
        './bottender.config': config,
      },
    }) as Record<string, (psid: string) => Promise<void>>;
    await say('max', 'one');
    await say('adam', 'two');
    await say('max', 'three');
    await onAgentMessage?.(CUSTOMER);
    await say('max', 'four');
    await onErasure?.(CUSTOMER);
    await say('max', 'five');
    expect(bot.errors).toEqual([]);
    const back =
      'Max · AI: You are with our assistant again, which is a computer program.';
    expect(shown(bot.emulator)).toEqual([
      START,
      'Max · AI: one',
      'Adam Z.: two',
      back,
      'Max · AI: three',
      back,
      'Max · AI: four',
      START,
      'Max · AI: five',
    ]);
  });
});

it('every code block of these pages is run here', () => {
  expect(code.blocks.length).toBeGreaterThan(20);
  // `__tests__/package/installed.test.ts` runs it behind Fastify.
  code.block('without-bottender');
  expect(code.left).toEqual([]);
});
