import { createHmac } from 'node:crypto';
import {
  APP,
  PAGE,
  refusal,
  startEmulated,
  type Emulated,
  type GraphResponse,
} from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

const proof = (token: string) =>
  createHmac('sha256', APP.appSecret).update(token).digest('hex');
const APP_TOKEN = `${APP.appId}|${APP.appSecret}`;

async function call(path: string, init?: RequestInit) {
  const response = await fetch(emulated.emulator.origin + path, init);
  const body = (await response.json()) as GraphResponse['body'];
  return { status: response.status, body };
}

test.each<[string, string, RequestInit | undefined]>([
  ['the query', `/me?access_token=${PAGE.accessToken}`, undefined],
  [
    'a header',
    '/me',
    { headers: { authorization: `Bearer ${PAGE.accessToken}` } },
  ],
])('the token can be in %s', async (_where, path, init) => {
  expect(await call(path, init)).toEqual({
    status: 200,
    body: { id: PAGE.id, name: PAGE.name },
  });
});

test.each<[string, () => RequestInit]>([
  [
    'JSON',
    () => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: PAGE.accessToken }),
    }),
  ],
  [
    'a form',
    () => ({
      body: new URLSearchParams({ access_token: PAGE.accessToken }),
    }),
  ],
  [
    'multipart',
    () => {
      const body = new FormData();
      body.set('access_token', PAGE.accessToken);
      return { body };
    },
  ],
])('the token can be in a body of %s', async (_kind, init) => {
  const { status } = await call('/me/nlp_configs', {
    method: 'POST',
    ...init(),
  });
  expect(status).toBe(200);
});

test.each([
  ['no token at me', '/me', 2500],
  ['no token elsewhere', `/${PAGE.id}`, 104],
  ['an unknown token', '/me?access_token=stolen', 190],
  [
    'the app’s token where a Page’s is needed',
    `/me?access_token=${APP_TOKEN}`,
    210,
  ],
  [
    'a Page’s token where the app’s is needed',
    `/${APP.appId}/subscriptions?access_token=${PAGE.accessToken}`,
    210,
  ],
])('%s is refused', async (_what, path, code) => {
  const { status, body } = await call(path);
  expect(refusal({ status, body })).toEqual({ status: 400, code });
  expect(JSON.stringify(body)).not.toContain('stolen');
});

test("another Page's ID does not exist for this token", async () => {
  const answer = await emulated.graph('GET', '/1300000000000002/personas');
  expect(refusal(answer)).toEqual({ status: 400, code: 100, subcode: 33 });
});

test('a proof is checked if it is sent', async () => {
  const path = `/me?access_token=${PAGE.accessToken}&appsecret_proof=`;
  expect((await call(path + proof(PAGE.accessToken))).status).toBe(200);
  for (const wrong of [proof('x'), 'x', '0'.repeat(64)]) {
    const { status, body } = await call(path + wrong);
    expect(refusal({ status, body })).toEqual({ status: 400, code: 100 });
    expect(JSON.stringify(body)).toContain('Invalid appsecret_proof');
  }
});

test.each([
  ['GET', '/me/likes'],
  ['POST', '/me/feed'],
  ['GET', '/me/personas/x'],
  ['GET', '/a/b/c/d'],
  ['GET', '//'],
  ['GET', '/%E0%A4%A'],
  ['GET', '/constructor'],
  ['GET', '/me/constructor'],
  ['GET', '/__proto__'],
  ['DELETE', '/me/personas'],
  ['POST', '/me'],
  ['DELETE', '/me'],
  ['PUT', '/me/personas'],
  ['PATCH', '/'],
])('%s %s is refused and logged', async (method, path) => {
  const init = {
    method,
    headers: { authorization: `Bearer ${PAGE.accessToken}` },
  };
  const { status, body } = await call(path, init);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: { message: expect.any(String) as string },
  });
  const [row] = emulated.emulator.state().requests;
  expect(row).toMatchObject({ method, status: 400, error: body.error });
});
