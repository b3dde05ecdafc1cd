import type { EmulatorState } from 'messenger-emulator';
import { PSID, startEmulated, type Emulated } from './support/emulated';

const EUROPEAN = '1400000000000002';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated({ european: [EUROPEAN] });
  const { emulator, graph } = emulated;
  await emulator.say(PSID, 'hi');
  await emulated.persona();
  await graph('POST', '/me/messenger_profile', {
    get_started: { payload: 'START' },
  });
  await emulator.inbox.take(PSID);
  emulator.setEuropean(PSID, true);
  emulator.fail({ status: 500 });
});
afterEach(() => emulated.close());

async function expectNothing() {
  const { emulator, graph } = emulated;
  const { personas, conversations, requests } = emulator.state();
  expect({ personas, conversations, requests }).toEqual({
    personas: [],
    conversations: [],
    requests: [],
  });
  const profile = await graph(
    'GET',
    '/me/messenger_profile?fields=get_started',
  );
  expect(profile).toEqual({ status: 200, body: { data: [] } });
  for (const psid of [PSID, EUROPEAN]) {
    expect(await emulator.say(psid, 'again')).toMatchObject({ status: 200 });
  }
  expect(emulated.deliveries.at(-1)?.body.entry[0]).toHaveProperty('messaging');
  expect(emulator.state().conversations).toMatchObject([
    { psid: PSID, european: false, threadOwner: '1200000000000001' },
    { psid: EUROPEAN, european: true },
  ]);
}

test('reset() starts over, and the webhook stays', async () => {
  emulated.emulator.reset();
  await expectNothing();
});

test('DELETE /_emulator/state does the same, and notifies readers of events', async () => {
  const { origin } = emulated.emulator;
  const ending = new AbortController();
  const events = await fetch(`${origin}/_emulator/events`, {
    signal: ending.signal,
  });
  await fetch(`${origin}/_emulator/state`, { method: 'DELETE' });
  let text = '';
  for await (const part of events.body ?? []) {
    text += Buffer.from(part).toString();
    if (text.split('event: state').length > 2 && text.endsWith('\n\n')) break;
  }
  const last = text.split('data: ').at(-1) ?? '';
  expect((JSON.parse(last) as EmulatorState).conversations).toEqual([]);
  ending.abort();
  await expectNothing();
});
