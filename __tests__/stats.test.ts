import { PersonaStoreError, personas } from 'bottender-persona';

import { startBot } from './support/bot';
import { clientFor } from './support/clients';
import { profile } from './support/personas';
import { storeWith } from './support/stores';

const NOTHING = {
  created: 0,
  shared: 0,
  deleted: 0,
  leftToSweep: 0,
  refused: {
    region: 0,
    unknown: 0,
    'not-created': 0,
    'this-message': 0,
    unverified: 0,
    'initial-persona': 0,
    channel: 0,
    ignored: 0,
  },
};

test('stats() counts personas created, shared, deleted and left to the sweep, and refusals', async () => {
  const onRefused = jest.fn();
  const onCleanupError = jest.fn();
  const plugin = personas({
    directory: { adam: profile('Adam') },
    ephemeral: { lingerMs: 60_000 },
    onRefused,
    onCleanupError,
  });
  const bot = await startBot({ plugins: [plugin] });
  expect(plugin.stats()).toEqual(NOTHING);
  await bot.run(async (context) => {
    await context.withPersona('adam', () => context.sendText('named'));
    for (const text of ['one', 'two']) {
      await context.withEphemeralPersona(profile('Guest'), () =>
        context.sendText(text),
      );
    }
    for (const text of ['three', 'four']) {
      await context.withPersona('nobody', () => context.sendText(text));
    }
  });
  const served = {
    ...NOTHING,
    created: 2,
    shared: 1,
    refused: { ...NOTHING.refused, unknown: 2 },
  };
  const taken = plugin.stats();
  expect(taken).toEqual(served);
  expect(onRefused).toHaveBeenCalledTimes(1);
  bot.emulator.fail({
    method: 'DELETE',
    status: 400,
    error: { message: 'no', code: 200 },
  });
  await plugin.close();
  expect(onCleanupError).toHaveBeenCalledTimes(1);
  expect(plugin.stats()).toEqual({ ...served, leftToSweep: 1 });
  // A copy, which nobody changes.
  expect(taken).toEqual(served);
});

test('stats() does not count failures of the store as leftToSweep', async () => {
  const set = () => Promise.reject(new Error('the disk is full'));
  const onCleanupError = jest.fn();
  const plugin = personas({ store: storeWith({ set }), onCleanupError });
  const bot = await startBot({ plugins: [plugin] });
  await bot.run(async (context) => {
    await context.withEphemeralPersona(profile('Guest'), () =>
      context.sendText('hi'),
    );
  });
  expect(onCleanupError.mock.calls).toEqual([
    [expect.any(PersonaStoreError), expect.objectContaining({ name: 'Guest' })],
  ]);
  expect(plugin.stats()).toEqual({ ...NOTHING, created: 1, deleted: 1 });
});

test('stats() counts refusals with `throw`, too', async () => {
  const plugin = personas({ refusedPersona: 'throw' });
  const bot = await startBot({ plugins: [plugin] });
  await bot.run(async (context) => {
    await context.withPersona('nobody', () => context.sendText('hi'));
  });
  expect(bot.errors).toHaveLength(1);
  const refused = { ...NOTHING.refused, unknown: 1 };
  expect(plugin.stats()).toEqual({ ...NOTHING, refused });
});

test('stats() counts deletions by blocks and by sweeps', async () => {
  const plugin = personas();
  const bot = await startBot({ plugins: [plugin] });
  await bot.run(async (context) => {
    await context.withEphemeralPersona(profile('Guest'), () =>
      context.sendText('hi'),
    );
  });
  await plugin.sweep(clientFor(bot.emulator));
  expect(plugin.stats()).toEqual({ ...NOTHING, created: 1, deleted: 1 });
});
