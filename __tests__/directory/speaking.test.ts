import { chain } from 'bottender';
import { personas, withPersona } from 'bottender-persona';

import { startBot, type TestAction } from '../support/bot';
import { alive, calls, shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

const DIRECTORY = { adam: profile('Adam'), bea: profile('Bea') };

const sayHi: TestAction = async (context) => {
  await context.sendText('hi');
};

function start(options = {}) {
  return startBot({
    plugins: [personas({ directory: DIRECTORY, ...options })],
  });
}

describe('a name speaks', () => {
  test('by usePersona', async () => {
    const bot = await start();
    await bot.run(async (context) => {
      context.usePersona('adam');
      await context.sendText('one');
      context.usePersona('bea');
      await context.sendText('two');
      context.usePersona(null);
      await context.sendText('three');
    });
    expect(shown(bot.emulator)).toEqual([
      'Adam: one',
      'Bea: two',
      'Page: three',
    ]);
  });

  test('by withPersona, on the context and around an action', async () => {
    const bot = await start();
    await bot.run(async (context) => {
      await context.withPersona('adam', async () => {
        await context.sendText('one');
        await context.withPersona('bea', () => context.sendText('two'));
      });
      await context.sendText('three');
    });
    await bot.run(withPersona('bea', sayHi));
    await bot.run(
      chain([withPersona(() => Promise.resolve('adam')), sayHi]) as TestAction,
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Adam: one',
      'Bea: two',
      'Page: three',
      'Bea: hi',
      'Adam: hi',
    ]);
  });

  test('by the personaId of a send', async () => {
    const bot = await start();
    await bot.run(async (context) => {
      context.usePersona('adam');
      await context.sendText('one', { personaId: 'bea' });
      await context.sendText('two', { personaId: null });
      await context.sendText('three');
      await context.typingOn({ personaId: 'bea' });
    });
    expect(shown(bot.emulator)).toEqual([
      'Bea: one',
      'Page: two',
      'Adam: three',
      'Bea: [typing_on]',
    ]);
  });

  test('by initialPersona', async () => {
    const bot = await start({ initialPersona: 'adam' });
    await bot.run(sayHi);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('by session state, for one conversation only', async () => {
    const bot = await startBot({
      initialState: { agent: null },
      plugins: [
        personas({
          directory: DIRECTORY,
          initialPersona: ({ state }) => state.agent as string | null,
        }),
      ],
    });
    const handOverTo =
      (agent: string | null): TestAction =>
      (context) =>
        context.setState({ agent });
    const other = { psid: '1002' };
    await bot.run(sayHi);
    await bot.run(handOverTo('adam'));
    await bot.run(sayHi);
    await bot.run(sayHi);
    await bot.run(sayHi, other);
    await bot.run(handOverTo('bea'));
    await bot.run(sayHi);
    await bot.run(handOverTo(null));
    await bot.run(sayHi);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator, '1001')).toEqual([
      'Page: hi',
      'Adam: hi',
      'Adam: hi',
      'Bea: hi',
      'Page: hi',
    ]);
    expect(shown(bot.emulator, other.psid)).toEqual(['Page: hi']);
  });

  test('together with IDs and ephemeral personas', async () => {
    const bot = await start();
    const { Cyd } = await createPersonas(bot.emulator, ['Cyd']);
    await bot.run(async (context) => {
      await context.withPersona(Cyd, () => context.sendText('by ID'));
      await context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendText('a guest');
        await context.withPersona('adam', () => context.sendText('a name'));
        await context.sendText('the guest');
      });
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Cyd: by ID',
      'Guest: a guest',
      'Adam: a name',
      'Guest: the guest',
    ]);
    expect(alive(bot.emulator).sort()).toEqual(['Adam', 'Cyd']);
  });
});

test('context.persona returns the name as the bot wrote it', async () => {
  const bot = await start({ initialPersona: 'bea' });
  const said: (string | null)[] = [];
  await bot.run(async (context) => {
    said.push(context.persona);
    context.usePersona('adam');
    said.push(context.persona);
    await context.sendText('hi');
    said.push(context.persona);
    await context.withPersona('bea', () => {
      said.push(context.persona);
    });
    await context.withPersona(null, () => {
      said.push(context.persona);
    });
  });
  expect(said).toEqual(['bea', 'adam', 'adam', 'bea', null]);
  expect(calls(bot.emulator).filter((call) => call.startsWith('POST'))).toEqual(
    ['POST /me/personas', 'POST /me/messages'],
  );
});

test('names of Object’s own methods are ordinary names, or unknown', async () => {
  const bot = await startBot({
    plugins: [personas({ directory: { constructor: profile('Builder') } })],
  });
  await bot.run(async (context) => {
    context.usePersona('constructor');
    await context.sendText('hi');
  });
  expect(shown(bot.emulator)).toEqual(['Builder: hi']);
});
