import { format, stripVTControlCharacters } from 'node:util';

import { personas, type PersonaContext } from 'bottender-persona';
import createDebug from 'debug';
import { Keyv } from 'keyv';

import { APP_SECRET, CUSTOMER, PAGE, startBot } from './support/bot';
import { startOn } from './support/channels';
import { alive, shown } from './support/emulatorState';
import { gate } from './support/gate';
import { createPersonas, profile } from './support/personas';
import { leaveLease, storeWith } from './support/stores';

let lines: string[];
const write = createDebug.log;
beforeEach(() => {
  lines = [];
  createDebug.log = (...args: unknown[]) => {
    const line = stripVTControlCharacters(format(...args));
    lines.push(
      line.replace(/^.*?bottender:persona +/, '').replace(/ \+\d+m?s$/, ''),
    );
  };
});
afterEach(() => {
  createDebug.disable();
  createDebug.log = write;
});

async function speak(): Promise<string> {
  const plugin = personas({
    directory: { adam: profile('Adam Z.') },
    initialPersona: 'adam',
    onRefused: () => {},
    onCleanupError: () => {},
  });
  const bot = await startBot({ plugins: [plugin] });
  await bot.run(async (context) => {
    await context.sendText('first');
    await context.withPersona(null, async () => {
      await context.sendText('second');
      context.usePersona('adam');
      await context.typingOn();
    });
    await context.as('adam').sendText('third');
    await context.sendText('fourth', { personaId: 'nobody' });
    await context.withEphemeralPersona(profile('Guest'), async () => {
      await context.sendText('fifth');
      await context.withEphemeralPersona(profile('Guest'), () => undefined);
    });
    context.usePersona(null);
    await context.sendText('sixth');
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toHaveLength(7);
  expect(alive(bot.emulator)).toEqual(['Adam Z.']);
  await plugin.close();
  const [adam, guest] = bot.emulator.state().personas;
  return lines
    .join('\n')
    .replaceAll(adam?.id ?? '', '<ADAM>')
    .replaceAll(guest?.id ?? '', '<GUEST>')
    .replaceAll(PAGE.id, '<PAGE>');
}

test('DEBUG=bottender:persona logs each decision', async () => {
  createDebug.enable('bottender:persona');
  const told = (await speak()).split('\n');
  const inOrder = [
    'sendText: adam speaks, by initialPersona',
    "created 'Adam Z.' for the name 'adam' on the Page <PAGE>: <ADAM>",
    'sendText: the Page speaks, by withPersona',
    'typingOn: adam speaks, by usePersona',
    'sendText: adam speaks, by as',
    'sendText: nobody speaks, by personaId',
    expect.stringMatching(/^refused, and sent without its profile: .*"nobody"/),
    "created 'Guest' on the Page <PAGE>: <GUEST>",
    'sendText: <GUEST> speaks, by withEphemeralPersona',
    "shared 'Guest' on the Page <PAGE>",
    "deleted 'Guest' of the Page <PAGE>: <GUEST>",
    'sendText: the Page speaks, by usePersona',
  ];
  expect(told).toEqual(inOrder);
});

test('it logs a name whose persona the Page has already', async () => {
  const { emulator } = await startBot();
  const { Adam } = await createPersonas(emulator, ['Adam']);
  createDebug.enable('bottender:persona');
  const plugin = personas({ directory: { adam: profile('Adam') } });
  const bot = await startBot({ plugins: [plugin], emulator });
  await bot.run(async (context) => {
    await context.as('adam').sendText('hi');
  });
  await plugin.close();
  expect(lines).toContain(
    `found 'Adam' for the name 'adam' on the list of the Page ${PAGE.id}: ${Adam}`,
  );
});

test('it logs each disclosure', async () => {
  createDebug.enable('bottender:persona');
  const plugin = personas({ disclosure: { message: () => 'I am a program.' } });
  const bot = await startBot({ plugins: [plugin] });
  await bot.run(async (context) => {
    await context.sendText('hi');
    await context.sendText('hi again');
  });
  await plugin.close();
  expect(lines).toEqual([
    'sendText: the Page speaks, by nothing',
    'discloses the start on messenger',
    // The disclosure itself.
    'sendText: the Page speaks, by nothing',
    'sendText: the Page speaks, by nothing',
  ]);
});

test('it logs when the store goes away, and when it is back', async () => {
  const back = gate();
  let isAway = true;
  const kept = new Map<string, unknown>();
  const store = storeWith({
    get: (key) => (isAway ? back.opened : Promise.resolve(kept.get(key))),
  });
  createDebug.enable('bottender:persona');
  const plugin = personas({
    store,
    directory: { adam: profile('Adam') },
    onCleanupError: () => {},
  });
  const bot = await startBot({ plugins: [plugin] });
  const say = () =>
    bot.run(async (context) => {
      await context.as('adam').sendText('hi');
    });
  const ofStore = () => lines.filter((line) => line.startsWith('the store'));
  await say();
  // It takes writes, so it may seem to be back for a while.
  expect(ofStore()[0]).toBe(
    'the store does not answer in time: the bot goes on without it',
  );
  isAway = false;
  back.open();
  await bot.run((context) =>
    context.withEphemeralPersona(profile('Guest'), () => undefined),
  );
  await plugin.close();
  expect(ofStore().at(-1)).toBe('the store answers again');
});

test('it logs each sweep once, and each persona that it deletes', async () => {
  const store = new Keyv();
  const { emulator } = await startBot();
  const { Guest } = await createPersonas(emulator, ['Guest']);
  await leaveLease(store, { id: Guest, name: 'Guest' });
  createDebug.enable('bottender:persona');
  const swept = new Promise<void>((resolve) => {
    const note = createDebug.log;
    createDebug.log = (...args: unknown[]) => {
      note(...args);
      if (lines.at(-1)?.startsWith('swept')) resolve();
    };
  });
  const plugin = personas({ store });
  const bot = await startBot({ plugins: [plugin], emulator });
  await bot.run(async (context) => {
    await context.sendText('hi');
  });
  await swept;
  await plugin.close();
  expect(lines).toEqual([
    'sendText: the Page speaks, by nothing',
    `deleted 'Guest' of the Page ${PAGE.id}: ${Guest}`,
    `swept the Page ${PAGE.id}: 1 deleted, 0 suspects, done`,
  ]);
});

test('it logs what onCleanupError gets', async () => {
  const gone = () => Promise.reject(new Error('away'));
  const store = { get: gone, set: gone, delete: gone };
  createDebug.enable('bottender:persona');
  const plugin = personas({ store, onCleanupError: () => {} });
  const bot = await startBot({ plugins: [plugin] });
  await bot.run((context) =>
    context.withEphemeralPersona(profile('Guest'), async () => {
      await context.sendText('hi');
    }),
  );
  await plugin.close();
  expect(lines).toContainEqual(
    expect.stringMatching(/^told onCleanupError: .*store/i),
  );
});

test('it logs no secret, no text and no customer', async () => {
  createDebug.enable('bottender:persona');
  const told = await speak();
  const secrets = [APP_SECRET, PAGE.accessToken, CUSTOMER, 'first', 'fifth'];
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
});

test('it logs the personas of messages on other channels', async () => {
  createDebug.enable('bottender:persona');
  const plugin = personas({ directory: { adam: profile('Adam Z.') } });
  const bot = await startOn('viber', { plugins: [plugin] });
  await bot.run(async (context: PersonaContext) => {
    await context.withPersona('adam', () => context.sendText('hi'));
  });
  expect(lines).toContain('sendText: adam speaks, by withPersona');
});

test('it logs nothing when it is off', async () => {
  expect(await speak()).toBe('');
});
