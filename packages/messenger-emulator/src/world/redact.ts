import type { Settings } from '../options';

const SECRET_FIELDS = [
  'access_token',
  'appsecret_proof',
  'input_token',
  'verify_token',
  'hub.verify_token',
  'custom_token',
];

const SECRET_IN_TEXT = new RegExp(
  `(${SECRET_FIELDS.join('|').replaceAll('.', '\\.')})(=|%3D|":"|\\\\":\\\\")[^&"\\\\\\s]*`,
  'gi',
);

/** Makes text for logs: no token, secret or proof of these settings stays in it. */
export function redactor(settings: Settings): (value: unknown) => string {
  const known = [
    settings.appSecret,
    ...settings.pages.map((page) => page.accessToken),
  ].flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return (value) => {
    let text = typeof value === 'string' ? value : stringify(value);
    for (const secret of known) text = text.replaceAll(secret, '…');
    return text.replace(SECRET_IN_TEXT, '$1$2…');
  };
}

function stringify(value: unknown): string {
  const text: string | undefined = JSON.stringify(
    value,
    (key, inner: unknown) => (SECRET_FIELDS.includes(key) ? undefined : inner),
  );
  return text ?? '';
}
