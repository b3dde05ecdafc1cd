import type { IncomingMessage } from 'node:http';
import { LOGIN_RETURN } from '../values/urls';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Why a request is not answered. */
export interface Refusal {
  status: number;
  message: string;
}

/**
 * Whether a web page elsewhere has sent the request: it must not drive the
 * emulator, nor read from it by rebinding a name. Programs send neither
 * `Origin` nor `Sec-Fetch-Site`.
 *
 * @param allowed names that stand for the emulator besides those of loopback
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
      message: `The Host must be loopback, or one that --allow-host names (allowHosts), not "${name}"`,
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
      message: 'Web pages elsewhere cannot call the emulator (Sec-Fetch-Site)',
    };
  }
  return undefined;
}

/**
 * Following a link to the chat page shows it, and does nothing. A bot's login
 * page leads back to the emulator, with a token that nobody else knows.
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
 * A form of another page can send any body but one that is declared as JSON or
 * as bytes.
 *
 * @param uploads the path that takes bytes
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
