import { createHmac } from 'node:crypto';

import { getProperty } from '../util/values';

/** Parameters whose values are secrets, in a query, an encoded query or JSON. */
const SECRET_PARAMETERS =
  /(access_token|appsecret_proof|input_token)(=|%3D|"\s*:\s*")[^&\s"']+/gi;

const REMOVED = '[removed]';

/** A client's access token and app secret, and the proof computed from both. */
export function secretsOf(client: object | undefined): string[] {
  const secrets = ['accessToken', 'appSecret']
    .map((name) => getProperty(client, name))
    .filter((value) => typeof value === 'string');
  const [token, appSecret] = secrets;
  if (token && appSecret) {
    secrets.push(createHmac('sha256', appSecret).update(token).digest('hex'));
  }
  return secrets;
}

/** Removes these secrets, however they are encoded, and the values of secret parameters. */
export function redactSecrets(text: string, secrets: Iterable<string>): string {
  const forms = new Set([...secrets].flatMap(encodingsOf));
  // Longest first, because one secret may contain another.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return longestFirst.reduce(
    (redacted, form) => redacted.replaceAll(form, () => REMOVED),
    text.replace(SECRET_PARAMETERS, `$1$2${REMOVED}`),
  );
}

/** A secret unencoded, and as encoded in a URL, a form body and JSON. */
function encodingsOf(secret: string): string[] {
  if (secret === '') return [];
  const inUrl = encoded(secret);
  const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
  return [
    secret,
    ...[inUrl, inForm, encoded(inUrl)].flatMap((form) => [
      form,
      form.replace(/%(25)*[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    ]),
    JSON.stringify(secret).slice(1, -1),
  ];
}

function encoded(text: string): string {
  // encodeURIComponent throws for a lone surrogate, which Buffer replaces.
  return encodeURIComponent(Buffer.from(text).toString());
}
