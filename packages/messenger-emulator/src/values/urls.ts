/** The path of the `redirect_uri` for a bot's login page. */
export const LOGIN_RETURN = '/_emulator/account_linking';

/** Removes the parts of a URL that may be secret: user, password and query. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return '(no URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
