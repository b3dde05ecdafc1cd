import { createHmac } from 'node:crypto';

import { MessengerClient } from 'messaging-api-messenger';

import { call, secretsOf } from '../../src/graph/call';

const TOKEN = 'EAAG-token';
const SECRET = 'app-secret';
const PROOF = createHmac('sha256', SECRET).update(TOKEN).digest('hex');

const withSecret = new MessengerClient({
  accessToken: TOKEN,
  appSecret: SECRET,
});
const without = new MessengerClient({ accessToken: TOKEN });

test('a call that succeeds gives its value', async () => {
  expect(await call(without, () => Promise.resolve('1'))).toEqual({
    ok: true,
    value: '1',
  });
});

test('a call that fails gives why, without token, app secret and proof', async () => {
  const error = new Error(`${TOKEN}, ${SECRET}, ${PROOF}`);
  const outcome = await call(withSecret, () => Promise.reject(error));
  expect(outcome).toEqual({
    ok: false,
    failure: { message: '[removed], [removed], [removed]' },
  });
});

test('a call that throws at once fails as well', async () => {
  const outcome = await call(without, () => {
    throw new Error('no such method');
  });
  expect(outcome).toEqual({
    ok: false,
    failure: { message: 'no such method' },
  });
});

test.each([
  ['a client with an app secret', withSecret, [TOKEN, SECRET, PROOF]],
  ['a client without', without, [TOKEN]],
  ['no client', undefined, []],
  [
    'a client whose token came as something else',
    Object.create({ accessToken: 42, appSecret: SECRET }) as MessengerClient,
    [SECRET],
  ],
  [
    'a client whose token is null',
    Object.create({ accessToken: null, appSecret: null }) as MessengerClient,
    [],
  ],
])('the secrets of %s', (_which, client, secrets) => {
  expect(secretsOf(client)).toStrictEqual(secrets);
});
