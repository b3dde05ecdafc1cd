import { createHmac } from 'node:crypto';

import { MessengerClient } from 'messaging-api-messenger';

import { outcomeOf } from '../../src/graph/graphCall';

const TOKEN = 'EAAG-token';
const SECRET = 'app-secret';
const PROOF = createHmac('sha256', SECRET).update(TOKEN).digest('hex');

const withSecret = new MessengerClient({
  accessToken: TOKEN,
  appSecret: SECRET,
});
const without = new MessengerClient({ accessToken: TOKEN });

test('a call that succeeds returns its value', async () => {
  expect(await outcomeOf(without, () => Promise.resolve('1'))).toEqual({
    ok: true,
    value: '1',
  });
});

test('a call that fails returns the reason, without token, app secret and proof', async () => {
  const error = new Error(`${TOKEN}, ${SECRET}, ${PROOF}`);
  const outcome = await outcomeOf(withSecret, () => Promise.reject(error));
  expect(outcome).toEqual({
    ok: false,
    failure: { message: '[removed], [removed], [removed]' },
  });
});

test('a call that throws synchronously fails, too', async () => {
  const outcome = await outcomeOf(without, () => {
    throw new Error('no such method');
  });
  expect(outcome).toEqual({
    ok: false,
    failure: { message: 'no such method' },
  });
});
