import { inspect } from 'node:util';

import {
  PersonaCleanupError,
  personas,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';

import { APP_SECRET, PAGE, startBot } from '../support/bot';
import { alive, calls, shown } from '../support/emulatorState';
import { profile } from '../support/personas';

type Told = Parameters<NonNullable<PersonasOptions['onCleanupError']>>;

const REFUSED = {
  method: 'DELETE',
  status: 400,
  error: { code: 200, message: `Permissions error for ${PAGE.accessToken}` },
};

async function start() {
  const told: Told[] = [];
  const onCleanupError = jest.fn((...args: Told) => void told.push(args));
  const bot = await startBot({ plugins: [personas({ onCleanupError })] });
  return { bot, told, onCleanupError };
}

const speak = (context: PersonaContext) =>
  context.withEphemeralPersona(profile('Guest'), async () => {
    await context.sendText('hi');
  });

function deletions(bot: { emulator: Parameters<typeof calls>[0] }): string[] {
  return calls(bot.emulator).filter((call) => call.startsWith('DELETE'));
}

describe('a deletion that fails', () => {
  test('does not fail the handler, and is passed to onCleanupError', async () => {
    const { bot, told } = await start();
    bot.emulator.fail(REFUSED);
    await bot.run(speak);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: hi']);
    await new Promise(setImmediate);

    const [persona] = bot.emulator.state().personas;
    expect(told).toEqual([
      [
        expect.any(PersonaCleanupError),
        { id: persona?.id, ...profile('Guest') },
      ],
    ]);
    expect(deletions(bot)).toHaveLength(1);
  });

  test('is reported without token, secret or proof', async () => {
    const { bot, told } = await start();
    bot.emulator.fail(REFUSED);
    await bot.run(speak);
    await new Promise(setImmediate);
    const [error] = told[0] ?? [];
    const printed = [
      String(error),
      inspect(error, { depth: 20, showHidden: true }),
      JSON.stringify(error),
      error?.stack ?? '',
    ].join('\n');
    expect(printed).toContain('Permissions error');
    expect(printed).toContain('Guest');
    expect(printed).not.toContain(PAGE.accessToken);
    expect(printed).not.toContain(APP_SECRET);
    expect(printed).not.toMatch(/proof/);
  });

  test('does not hide the handler’s own error', async () => {
    const { bot, told } = await start();
    bot.emulator.fail(REFUSED);
    const error = new Error('no such order');
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), () => {
        throw error;
      }),
    );
    expect(bot.errors).toEqual([error]);
    expect(bot.errors[0]).toBe(error);
    await new Promise(setImmediate);
    expect(told).toHaveLength(1);
  });

  test('is tried again while it is transient, without a call of onCleanupError', async () => {
    const { bot, told } = await start();
    bot.emulator.fail({ method: 'DELETE', status: 500, times: 1 });
    await bot.run(speak);
    expect(bot.errors).toEqual([]);
    await bot.emulator.waitFor(() => deletions(bot).length === 2);
    expect(alive(bot.emulator)).toEqual([]);
    expect(told).toEqual([]);
  });

  test('of a persona that is gone already succeeds', async () => {
    const { bot, told } = await start();
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
        await context.client.deletePersona(id ?? '');
      }),
    );
    await new Promise(setImmediate);
    expect(bot.errors).toEqual([]);
    expect(deletions(bot)).toHaveLength(2);
    expect(told).toEqual([]);
  });

  test('is a process warning if there is no onCleanupError', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    const bot = await startBot({ plugins: [personas()] });
    bot.emulator.fail(REFUSED);
    await bot.run(speak);
    await new Promise(setImmediate);
    expect(warned.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('"Guest"'),
    ]);
    warned.mockRestore();
  });
});

describe('an onCleanupError', () => {
  test.each<[string, () => unknown]>([
    [
      'that throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['that rejects', () => Promise.reject(new Error('the log is full'))],
  ])('that %s changes nothing', async (_what, fail) => {
    const { bot, onCleanupError } = await start();
    onCleanupError.mockImplementation(() => fail() as undefined);
    const restore = bot.emulator.fail(REFUSED);
    await bot.run(speak);
    await new Promise(setImmediate);
    expect(onCleanupError).toHaveBeenCalledTimes(1);
    restore();
    await bot.run(speak);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: hi', 'Guest: hi']);
  });
});
