import type { IncomingMessage } from 'node:http';
import { LOGIN_RETURN } from '../values/urls';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Why a request is not answered. */
export interface Refusal {
  status: number;
  message: string;
}

/**
 * Detects requests from other websites' pages, which must not control the
 * emulator, or read from it by DNS rebinding. Programs do not send `Origin` or
 * `Sec-Fetch-Site`.
 *
 * @param allowed host names of the emulator, besides those of loopback
 */
export function refusedSender(
  request: IncomingMessage,
  allowed: readonly string[],
): Refusal | undefined {
  const { host = '', origin } = request.headers;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!LOOPBACK.includes(name) && !allowed.includes(name)) {
    return {
      status: 403,
      message: `The Host must be a loopback name, or one given by --allow-host (allowHosts), not "${name}"`,
    };
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return { status: 403, message: 'The Origin must be the emulator' };
  }
  const site = request.headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwn && !isFollowed(request)) {
    return {
      status: 403,
      message:
        'Pages of other websites cannot call the emulator (Sec-Fetch-Site)',
    };
  }
  return undefined;
}

/**
 * Allows links to the chat page, which change nothing, and the redirect from a
 * bot's login page, which contains a secret token.
 */
function isFollowed({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    (url === '/' || (url?.startsWith(`${LOGIN_RETURN}?`) ?? false)) &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

/**
 * Requires a content type that forms of other websites cannot send: JSON or
 * bytes.
 *
 * @param uploads the path that accepts bytes
 */
export function refusedType(
  { method, url, headers }: IncomingMessage,
  uploads: string,
): Refusal | undefined {
  const type =
    url === uploads ? 'application/octet-stream' : 'application/json';
  const contentType = (headers['content-type'] ?? '').toLowerCase();
  return method === 'POST' && !new RegExp(`^${type} *(;|$)`).test(contentType)
    ? { status: 415, message: `The content type must be ${type}` }
    : undefined;
}
