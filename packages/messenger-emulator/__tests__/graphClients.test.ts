import { createHmac } from 'node:crypto';

import {
  APP,
  PAGE,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';
import { GRAPH_CLIENTS } from './support/graphClients';
import { sendRaw } from './support/rawRequest';

let emulated: Emulated;
beforeAll(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
});
afterAll(() => emulated.close());

const CALLS = GRAPH_CLIENTS.flatMap(({ name, calls }) =>
  calls.map((call) => [name, call.does, call.method, call.path, call] as const),
);

test('ten clients or more are known, each with its source', () => {
  expect(GRAPH_CLIENTS.length).toBeGreaterThanOrEqual(10);
  for (const { source } of GRAPH_CLIENTS) expect(source).toMatch(/\w+\/\w+/);
});

test.each(CALLS)(
  '%s: %s (%s %s) is accepted',
  async (_name, does, method, path, { headers = {}, body = '' }) => {
    const persona = await emulated.persona('Eve');
    const proof = createHmac('sha256', APP.appSecret)
      .update(PAGE.accessToken)
      .digest('hex');
    const fill = (text: string) =>
      text
        .replaceAll('PERSONA_ID', persona)
        .replaceAll('TOKEN', PAGE.accessToken)
        .replaceAll('PROOF', proof)
        .replaceAll('PAGE_ID', PAGE.id)
        .replaceAll('PSID', PSID)
        .replaceAll('APP_ID', APP.appId)
        .replaceAll('APP_SECRET', APP.appSecret);
    const state = () => emulated.emulator.state();
    const messages = () =>
      state().conversations[0]?.entries.filter(({ from }) => from === 'page')
        .length ?? 0;
    const before = { messages: messages(), personas: state().personas.length };

    const answer = await sendRaw(
      emulated.emulator.origin,
      method,
      fill(path),
      headers,
      fill(body),
    );
    expect(answer).toMatchObject({ status: 200 });
    for (const item of Array.isArray(answer.body) ? answer.body : []) {
      expect(item).toMatchObject({ code: 200 });
    }
    const isDeleted = state().personas.find(
      ({ id }) => id === persona,
    )?.deleted;
    expect({
      messages: messages() - before.messages,
      personas: state().personas.length - before.personas,
      isDeleted,
    }).toEqual({
      messages: does === 'send' ? 1 : 0,
      personas: does === 'create persona' ? 1 : 0,
      isDeleted: does === 'delete persona',
    });
  },
);
