import type { Settings } from '../options';

const SECRET_FIELDS = [
  'access_token',
  'appsecret_proof',
  'input_token',
  'verify_token',
  'client_secret',
  'hub.verify_token',
  'custom_token',
  'account_linking_token',
];

/**
 * A shorter secret may equal any word, such as `me` in `/me/messages`, and is
 * hidden only in the fields above.
 */
const LONG_ENOUGH = 8;

/** In queries, forms and JSON, also inside strings: `a=`, `a[]=`, `"a":"`, `'a': '`, `\"a\":\"`. */
const NAME = `(?:${SECRET_FIELDS.join('|').replaceAll('.', '\\.')})(?:\\[\\w*\\]|%5B\\w*%5D)?`;
const QUOTE = `(?:\\\\*["']|%22|%27)?`;
const SECRET_IN_TEXT = new RegExp(
  `(${NAME}${QUOTE}\\s{0,9}(?:=|%3D|:|%3A)\\s{0,9}(?:\\[|%5B)?${QUOTE})[^&"'\\\\\\s,\\]}]*`,
  'gi',
);

/** Creates a function that removes tokens, secrets and proofs from text for logs. */
export function createRedactor(settings: Settings): (value: unknown) => string {
  const known = [
    settings.appSecret,
    ...settings.pages.map((page) => page.accessToken),
  ]
    .filter((secret) => secret.length >= LONG_ENOUGH)
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return (value) => {
    let text = typeof value === 'string' ? value : stringify(value);
    for (const secret of known) text = text.replaceAll(secret, '…');
    return text.replace(SECRET_IN_TEXT, '$1…');
  };
}

function stringify(value: unknown): string {
  const text: string | undefined = JSON.stringify(
    value,
    (key, inner: unknown) => (isSecret(key) ? undefined : inner),
  );
  return text ?? '';
}

/** Matches `access_token`, and `access_token[]` from forms. */
function isSecret(key: string): boolean {
  return SECRET_FIELDS.includes(key.replace(/\[.*/s, '').toLowerCase());
}
