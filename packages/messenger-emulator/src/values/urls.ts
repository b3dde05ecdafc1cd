/** Where a bot's login page sends the customer back to: a `redirect_uri`. */
export const LOGIN_RETURN = '/_emulator/account_linking';

/** A URL without what may be a secret in it: user, password and query. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return '(no URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
