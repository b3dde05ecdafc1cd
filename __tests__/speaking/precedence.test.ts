import { personas, type PersonaContext } from 'bottender-persona';

import { startBot, type RunningBot } from '../support/bot';
import { shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

/** Everything that can say who speaks; each test leaves some of it out. */
interface Levels {
  initialPersona?: string | null;
  used?: string | null;
  outerScope?: string | null;
  innerScope?: string | null;
  own?: { personaId?: string | null };
}

let bot: RunningBot;
let initialPersona: string | null | undefined;
let ids: Record<'Initial' | 'Used' | 'Outer' | 'Inner' | 'Own', string>;

beforeEach(async () => {
  bot = await startBot({
    plugins: [
      personas({
        initialPersona: () => initialPersona,
        onRefused: () => undefined,
      }),
    ],
  });
  ids = await createPersonas(bot.emulator, [
    'Initial',
    'Used',
    'Outer',
    'Inner',
    'Own',
  ]);
});

/** Who says it. */
async function speaker(levels: Levels): Promise<string | undefined> {
  initialPersona = levels.initialPersona;
  await bot.run(async (context) => {
    if (levels.used !== undefined) context.usePersona(levels.used);
    await inScope(context, levels.outerScope, () =>
      inScope(context, levels.innerScope, () =>
        context.sendText('hi', levels.own),
      ),
    );
  });
  expect(bot.errors).toEqual([]);
  return shown(bot.emulator).at(-1)?.replace(': hi', '');
}

function inScope(
  context: PersonaContext,
  persona: string | null | undefined,
  run: () => Promise<unknown>,
) {
  return persona === undefined ? run() : context.withPersona(persona, run);
}

describe('who speaks in a send', () => {
  test('its own personaId, else the innermost scope, else usePersona, else initialPersona, else the Page', async () => {
    const all: Levels = {
      own: { personaId: ids.Own },
      innerScope: ids.Inner,
      outerScope: ids.Outer,
      used: ids.Used,
      initialPersona: ids.Initial,
    };
    const says = [await speaker(all)];
    for (const level of Object.keys(all) as (keyof Levels)[]) {
      delete all[level];
      says.push(await speaker(all));
    }
    expect(says).toEqual(['Own', 'Inner', 'Outer', 'Used', 'Initial', 'Page']);
  });

  test('null is the Page at each level', async () => {
    const all: Levels = {
      initialPersona: ids.Initial,
      used: ids.Used,
      outerScope: ids.Outer,
      innerScope: ids.Inner,
    };
    expect(await speaker({ ...all, own: { personaId: null } })).toBe('Page');
    expect(await speaker({ ...all, innerScope: null })).toBe('Page');
    expect(
      await speaker({ ...all, outerScope: null, innerScope: undefined }),
    ).toBe('Page');
    expect(await speaker({ initialPersona: ids.Initial, used: null })).toBe(
      'Page',
    );
    expect(await speaker({ initialPersona: null })).toBe('Page');
  });

  test('a personaId of undefined does not count', async () => {
    const own = { personaId: undefined };
    expect(await speaker({ own, innerScope: ids.Inner })).toBe('Inner');
    expect(await speaker({ own, used: ids.Used })).toBe('Used');
    expect(await speaker({ own })).toBe('Page');
  });

  test('a personaId counts for its send only', async () => {
    await bot.run(async (context) => {
      context.usePersona(ids.Used);
      await context.sendText('1', { personaId: ids.Own });
      await context.sendText('2');
      await context.sendText('3', { personaId: null });
      await context.sendText('4');
    });
    expect(shown(bot.emulator)).toEqual([
      'Own: 1',
      'Used: 2',
      'Page: 3',
      'Used: 4',
    ]);
  });

  test('the same applies in a block of withEphemeralPersona', async () => {
    await bot.run(async (context) => {
      context.usePersona(ids.Used);
      await context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendText('1');
        await context.sendText('2', { personaId: ids.Own });
        await context.sendText('3', { personaId: null });
        await context.withPersona(ids.Inner, () => context.sendText('4'));
        context.usePersona(ids.Used);
        await context.sendText('5');
      });
    });
    expect(shown(bot.emulator)).toEqual([
      'Guest: 1',
      'Own: 2',
      'Page: 3',
      'Inner: 4',
      'Used: 5',
    ]);
  });
});

describe('persona_id as an option', () => {
  // Bottender's types do not know it, and its client sends it all the same.
  const snake = (id: string | null) => ({ persona_id: id }) as object;

  test('counts like personaId: before the scope, null for the Page', async () => {
    const scope = { innerScope: ids.Inner };
    expect(await speaker({ ...scope, own: snake(ids.Own) })).toBe('Own');
    expect(await speaker({ ...scope, own: snake(null) })).toBe('Page');
  });

  test('applies to uploads', async () => {
    await bot.run(async (context) => {
      await context.sendImage(Buffer.from('a pear'), {
        filename: 'pear.png',
        ...snake(ids.Own),
      });
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Own: [image]']);
  });

  test('is left out after a refusal', async () => {
    await bot.run(async (context) => {
      await context.sendText('hi', snake('123456789012345'));
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
  });
});
