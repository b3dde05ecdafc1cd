/** The path of the `redirect_uri` for a bot's login page. */
export const LOGIN_RETURN = '/_emulator/account_linking';

/** Removes the parts of a URL that may be secret: user, password and query. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return '(no URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** The path of a request's target, and what follows the first question mark. */
export function splitQuery(target: string): { path: string; query: string } {
  const [path = ''] = target.split('?', 1);
  return { path, query: target.slice(path.length + 1) };
}
