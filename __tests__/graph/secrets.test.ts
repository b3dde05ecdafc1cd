import { createHmac } from 'node:crypto';

import { MessengerClient } from 'messaging-api-messenger';

import { redactSecrets, secretsOf } from '../../src/graph/secrets';

const TOKEN = 'EAAG-token';
const SECRET = 'app-secret';
const PROOF = createHmac('sha256', SECRET).update(TOKEN).digest('hex');

const withSecret = new MessengerClient({
  accessToken: TOKEN,
  appSecret: SECRET,
});
const without = new MessengerClient({ accessToken: TOKEN });

test('of two secrets, one of which contains the other, nothing is left', () => {
  const clean = 'a [removed] and a [removed]';
  const text = 'a token-long and a token';
  expect(redactSecrets(text, ['token', 'token-long'])).toBe(clean);
  expect(redactSecrets(text, ['token-long', 'token'])).toBe(clean);
});

test.each([
  ['as it is', 'a+b/c ü"'],
  ['in a URL', encodeURIComponent('a+b/c ü"')],
  ['in a URL, in small letters', 'a%2bb%2fc%20%c3%bc%22'],
  ['in a form', 'a%2Bb%2Fc+%C3%BC%22'],
  ['in a URL in a URL', encodeURIComponent(encodeURIComponent('a+b/c ü"'))],
  ['in JSON', 'a+b/c ü\\"'],
])('a secret is redacted %s', (_how, form) => {
  expect(redactSecrets(`<${form}>`, ['a+b/c ü"'])).toBe('<[removed]>');
});

test('an empty secret is ignored', () => {
  expect(redactSecrets('text', [''])).toBe('text');
});

test.each([
  ['?access_token=T&x=1', '?access_token=[removed]&x=1'],
  ['?x=%3Faccess_token%3DT', '?x=%3Faccess_token%3D[removed]'],
  ['{"appsecret_proof": "T"}', '{"appsecret_proof": "[removed]"}'],
  ['INPUT_TOKEN=T', 'INPUT_TOKEN=[removed]'],
])(
  'values that look like secrets are redacted although they are unknown: %s',
  (text, clean) => {
    expect(redactSecrets(text, [])).toBe(clean);
  },
);

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
])('finds the secrets of %s', (_which, client, secrets) => {
  expect(secretsOf(client)).toStrictEqual(secrets);
});
