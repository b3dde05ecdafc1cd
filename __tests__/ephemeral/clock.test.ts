import { setTimeout as sleep } from 'node:timers/promises';

import {
  personas,
  type KeyvLike,
  type PersonaContext,
} from 'bottender-persona';

import { startBot } from '../support/bot';
import { setClock } from '../support/clock';
import { alive, shown } from '../support/emulatorState';
import { profile } from '../support/personas';
import { MapStore } from '../support/stores';

const HOUR_MS = 3_600_000;

const speak = async (context: PersonaContext) => {
  await context.withEphemeralPersona(profile('Adam'), () =>
    context.sendText('hi'),
  );
};

describe.each([
  ['back', -HOUR_MS],
  ['forward', HOUR_MS],
])('a system clock that is set %s by an hour', (_where, byMs) => {
  test('does not change the waits after a failure', async () => {
    const plugin = personas({ onRefused: () => undefined });
    const bot = await startBot({ plugins: [plugin] });
    const mend = bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      error: { code: 200 },
    });
    await bot.run(speak);
    mend();
    setClock(byMs);
    await bot.run(speak);
    await sleep(1050);
    await bot.run(speak);
    expect(shown(bot.emulator)).toEqual(['Page: hi', 'Page: hi', 'Adam: hi']);
  });

  test('does not keep a store that was away from being used again', async () => {
    let isAway = true;
    const store = new MapStore();
    const get = store.get.bind(store);
    store.get = (key) => (isAway ? new Promise(() => undefined) : get(key));
    const told = jest.fn();
    const plugin = personas({ store, onCleanupError: told });
    const bot = await startBot({ plugins: [plugin] });
    await bot.run(speak);
    expect(told).toHaveBeenCalled();
    setClock(byMs);
    isAway = false;
    await sleep(1050);
    told.mockClear();
    await bot.run(speak);
    await bot.run(speak);
    expect(told).not.toHaveBeenCalled();
    expect(shown(bot.emulator)).toEqual(Array(3).fill('Adam: hi'));
    expect(alive(bot.emulator)).toEqual([]);
  });

  test.each<[string, () => KeyvLike | undefined]>([
    ['in memory', () => undefined],
    ['in a Keyv', () => new MapStore()],
  ])('has nothing swept that is in use, %s', async (_where, newStore) => {
    const store = newStore();
    // Another Keyv on the same database, as another process has it.
    const theirs = store && (Object.create(store) as KeyvLike);
    const ephemeral = { leaseMs: 1000 };
    const plugin = personas({ store, ephemeral });
    const other = personas({ store: theirs, ephemeral });
    const bot = await startBot({ plugins: [plugin] });
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Adam'), async () => {
        setClock(byMs);
        const { deleted } = await other.sweep(context.client);
        expect(deleted).toEqual([]);
        await context.sendText('hi');
      });
    });
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });
});
