import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
  startMessengerEmulator,
  type EmulatorSeed,
  type EmulatorState,
} from 'messenger-emulator';
import {
  APP,
  OTHER_PAGE,
  PAGE,
  PERSONA,
  PSID,
  startEmulated,
} from './support/emulated';
import { Installed } from './support/installed';

const SEED: EmulatorSeed = {
  personas: [
    { ...PERSONA, id: '1500000000000001' },
    { ...PERSONA, pageId: OTHER_PAGE.id },
  ],
  customers: [
    { psid: PSID, name: 'Ada', phoneNumber: '+12125552368', european: true },
  ],
  profiles: [
    {
      get_started: { payload: 'START' },
      persistent_menu: [{ locale: 'default', call_to_actions: [] }],
    },
    {
      pageId: OTHER_PAGE.id,
      greeting: [{ locale: 'default', text: 'Hello' }],
    },
  ],
};

test('a seed is applied at the start, and after a reset', async () => {
  const emulated = await startEmulated({ seed: SEED });
  const { emulator, graph } = emulated;
  const expectSeed = async () => {
    expect(emulator.state()).toMatchObject({
      personas: [
        { id: '1500000000000001', name: 'Adam Z.', pageId: PAGE.id },
        { name: 'Adam Z.', pageId: OTHER_PAGE.id },
      ],
      conversations: [{ psid: PSID, name: 'Ada', european: true, entries: [] }],
    });
    expect(emulator.customer.view(PSID).getStarted).toBe(true);
    expect(
      emulator.customer.view(PSID, { pageId: OTHER_PAGE.id }).greeting,
    ).toBe('Hello');
    const answer = await graph('POST', '/me/messages', {
      recipient: { phone_number: '+12125552368' },
      message: { text: 'hello' },
    });
    expect(answer.status).toBe(200);
  };
  await expectSeed();
  await graph('DELETE', '/1500000000000001');
  await graph('DELETE', '/me/messenger_profile', {
    fields: ['persistent_menu', 'get_started'],
  });
  emulator.reset();
  await expectSeed();
  await emulated.close();
});

test.each<[string, unknown]>([
  ['seed', []],
  ['seed.people', { people: [] }],
  ['seed.personas', { personas: {} }],
  ['seed.personas[0]', { personas: ['Adam'] }],
  ['seed.personas[0].name', { personas: [{ ...PERSONA, name: '' }] }],
  [
    'seed.personas[0].name',
    { personas: [{ ...PERSONA, name: 'x'.repeat(51) }] },
  ],
  [
    'seed.personas[1].profile_picture_url',
    { personas: [PERSONA, { name: 'Eve' }] },
  ],
  ['seed.personas[0].id', { personas: [{ ...PERSONA, id: 'me' }] }],
  [
    'seed.personas',
    {
      personas: [
        { ...PERSONA, id: '7' },
        { ...PERSONA, id: '7' },
      ],
    },
  ],
  ['seed.personas[0].pageId', { personas: [{ ...PERSONA, pageId: '7' }] }],
  ['seed.personas[0].age', { personas: [{ ...PERSONA, age: 7 }] }],
  ['seed.customers[0].psid', { customers: [{ name: 'Ada' }] }],
  ['seed.customers[0].psid', { customers: [{ psid: PAGE.id }] }],
  [
    'seed.customers[0].phoneNumber',
    { customers: [{ psid: PSID, phoneNumber: '7' }] },
  ],
  ['seed.customers[0].european', { customers: [{ psid: PSID, european: 1 }] }],
  ['seed.customers[0].city', { customers: [{ psid: PSID, city: 'x' }] }],
  ['seed.profiles[0].get_started', { profiles: [{ get_started: {} }] }],
  ['seed.profiles[0].home_url', { profiles: [{ home_url: 'x' }] }],
  [
    'seed.profiles[0].persistent_menu',
    {
      profiles: [
        { persistent_menu: [{ locale: 'default', call_to_actions: [] }] },
      ],
    },
  ],
])('%s is reported: %j', async (name, seed) => {
  const started = startMessengerEmulator({
    ...APP,
    pages: [PAGE],
    seed: seed as EmulatorSeed,
  });
  await expect(started).rejects.toThrow(`\`${name}\``);
  await expect(started).rejects.toThrow(TypeError);
});

describe('--seed', () => {
  let installed: Installed;
  let folder: string;
  beforeAll(() => {
    installed = new Installed();
    folder = mkdtempSync(path.join(tmpdir(), 'seed-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await installed.remove();
  });

  const fileWith = (text: string) => {
    const file = path.join(folder, 'seed.json');
    writeFileSync(file, text);
    return file;
  };

  test('reads it from a file', async () => {
    const file = fileWith(JSON.stringify({ personas: [PERSONA] }));
    const running = installed.start('--port', '0', '--seed', file);
    const [, origin = ''] = await running.printed(
      /Messenger runs at (http:\S+): open/,
    );
    const response = await fetch(`${origin}/_emulator/state`);
    const state = (await response.json()) as EmulatorState;
    expect(state.personas).toMatchObject([{ name: PERSONA.name }]);
    running.kill('SIGTERM');
    await running.ended;
  });

  test.each([
    ['{', '--seed'],
    ['{"personas":[{}]}', 'seed.personas[0].name'],
  ])('%s is wrong usage', async (text, named) => {
    const file = fileWith(text);
    const { status, stderr } = await installed.start('--seed', file).ended;
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(named) as string,
    });
  });

  test('a missing file is wrong usage', async () => {
    const missing = path.join(folder, 'missing.json');
    const { status } = await installed.start('--seed', missing).ended;
    expect(status).toBe(2);
  });
});
