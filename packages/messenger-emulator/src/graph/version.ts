/** Splits `/v6.0/me/messages/` into its version prefix and the path without it. */
export function splitVersion(fullPath: string): {
  version: string;
  path: string;
} {
  const version = /^\/v\d+\.\d+(?=\/|$)/.exec(fullPath)?.[0] ?? '';
  const path = fullPath.slice(version.length).replace(/\/+$/, '');
  return { version, path: path === '' ? '/' : path };
}
