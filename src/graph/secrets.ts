/** Parameters whose value is a secret, as a query, an encoded query or JSON has them. */
const SECRET_PARAMETERS =
  /(access_token|appsecret_proof|input_token)(=|%3D|"\s*:\s*")[^&\s"']+/gi;

const REMOVED = '[removed]';

/** The text without these secrets, however they are encoded, and without what must be one. */
export function withoutSecrets(
  text: string,
  secrets: readonly string[],
): string {
  return withoutKnown(
    text.replace(SECRET_PARAMETERS, `$1$2${REMOVED}`),
    secrets,
  );
}

/** The text without these secrets, however they are encoded. */
export function withoutKnown(text: string, secrets: Iterable<string>): string {
  const forms = new Set([...secrets].flatMap(formsOf));
  // The longest first: one secret may be a part of another.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  let clean = text;
  for (const form of longestFirst) clean = clean.split(form).join(REMOVED);
  return clean;
}

/** A secret as it may stand in a text: as it is, in a URL, in a form's body, in JSON. */
function formsOf(secret: string): string[] {
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
  // Half of a surrogate pair has no encoded form; Buffer puts another character in its place.
  return encodeURIComponent(Buffer.from(text).toString());
}
