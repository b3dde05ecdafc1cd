import type { Fault } from 'messenger-emulator';
import {
  PSID,
  refusal,
  startEmulated,
  PAGE,
  type Emulated,
} from './support/emulated';

let emulated: Emulated;
let randomNumbers: number[];
beforeEach(async () => {
  randomNumbers = [];
  emulated = await startEmulated({
    random: () => randomNumbers.shift() ?? 0.5,
  });
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

const send = () =>
  emulated.graph('POST', '/v6.0/me/messages', {
    recipient: { id: PSID },
    message: { text: 'x' },
  });
const said = () => emulated.emulator.state().conversations[0]?.entries.length;

test('a status alone answers like Graph, and nothing is executed', async () => {
  emulated.emulator.fail({ path: '/me/messages', status: 503 });
  const answer = await send();
  expect(answer.status).toBe(503);
  expect(answer.body.error).toMatchObject({ code: 2, is_transient: true });
  expect(said()).toBe(1);
});

test('an error is returned as given', async () => {
  const error = {
    message: '(#613) Calls to this API have exceeded the rate limit',
    type: 'OAuthException',
    code: 613,
    error_subcode: 1893016,
    is_transient: true,
  };
  emulated.emulator.fail({ error });
  const answer = await send();
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject(error);
  expect(emulated.emulator.state().requests.at(-1)?.error).toMatchObject(error);
});

test('it ends after a number of calls, or when it is removed', async () => {
  emulated.emulator.fail({ status: 500, times: 2 });
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await send()).status);
  expect(statuses).toEqual([500, 500, 200]);
  const remove = emulated.emulator.fail({ status: 500 });
  expect((await send()).status).toBe(500);
  remove();
  remove();
  expect((await send()).status).toBe(200);
});

test.each<[Fault, boolean]>([
  [{ status: 500, path: '/me/messages' }, true],
  [{ status: 500, path: '/messages' }, false],
  [{ status: 500, path: /messages$/g }, true],
  [{ status: 500, path: /^\/v6/ }, false],
  [{ status: 500, method: 'post' }, true],
  [{ status: 500, method: 'DELETE' }, false],
])('%j hits a message: %s', async (fault, hits) => {
  emulated.emulator.fail(fault);
  expect((await send()).status).toBe(hits ? 500 : 200);
  expect((await send()).status).toBe(hits ? 500 : 200);
});

test('it hits its share of the calls', async () => {
  emulated.emulator.fail({ status: 500, share: 0.3 });
  randomNumbers = [0.29, 0.3, 0.9, 0];
  const statuses = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await send()).status);
  expect(statuses).toEqual([500, 200, 200, 500]);
});

test('a delay only delays, and combines with another fault', async () => {
  emulated.emulator.fail({ delayMs: 60 });
  const start = performance.now();
  expect((await send()).status).toBe(200);
  emulated.emulator.fail({ status: 500 });
  expect((await send()).status).toBe(500);
  expect(performance.now() - start).toBeGreaterThan(110);
});

test('a connection breaks before the call or after it', async () => {
  const remove = emulated.emulator.fail({ connection: 'break-before' });
  await expect(send()).rejects.toThrow('fetch failed');
  expect(said()).toBe(1);
  remove();
  emulated.emulator.fail({ connection: 'break-after', times: 1 });
  await expect(send()).rejects.toThrow('fetch failed');
  expect(said()).toBe(2);
  expect(emulated.emulator.state().requests).toMatchObject([
    { path: '/me/messages', status: 0, error: null },
    { path: '/me/messages', status: 0, error: null },
  ]);
  expect((await send()).status).toBe(200);
});

test('single items of a batch fail, their connection does not', async () => {
  emulated.emulator.fail({ path: '/me/messages', connection: 'break-after' });
  emulated.emulator.fail({
    path: '/me',
    status: 503,
    error: { code: 4 },
    times: 1,
  });
  const item = { method: 'GET', relative_url: 'me' };
  const batch = [item, item];
  const { body } = await emulated.graph('POST', '/', {
    access_token: PAGE.accessToken,
    batch,
  });
  const answers = body as unknown as { code: number; body: string }[];
  expect(answers.map(({ code }) => code)).toEqual([503, 200]);
  expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
    error: { code: 4 },
  });
});

test.each<[string, unknown]>([
  ['fault', undefined],
  ['fault', {}],
  ['fault', { path: '/me' }],
  ['fault.method', { status: 500, method: 'BREW' }],
  ['fault.path', { status: 500, path: 'me' }],
  ['fault.times', { status: 500, times: 0 }],
  ['fault.share', { status: 500, share: 2 }],
  ['fault.delayMs', { delayMs: -1 }],
  ['fault.status', { status: 200 }],
  ['fault.error', { error: 'x' }],
  ['fault.error.code', { error: { code: '1' } }],
  ['fault.error.kode', { error: { kode: 1 } }],
  ['fault.connection', { connection: 'break' }],
  ['fault.often', { status: 500, often: true }],
])('an invalid fault is reported: %s', async (name, fault) => {
  expect(() => emulated.emulator.fail(fault as Fault)).toThrow(`\`${name}\``);
  expect(refusal(await send())).toMatchObject({ status: 200 });
});

test('an error can have a title and a message for users', async () => {
  const error = { error_user_title: 'Sorry', error_user_msg: 'Not today.' };
  const end = emulated.emulator.fail({ error, times: 1 });
  expect((await emulated.graph('GET', '/me')).body.error).toMatchObject(error);
  end();
  expect(() =>
    emulated.emulator.fail({ error: { error_user_msg: 7 as never } }),
  ).toThrow('fault.error.error_user_msg');
});
