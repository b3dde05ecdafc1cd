import { isIP } from 'node:net';

import type { RequestHandler, Response } from 'express';

/** Nothing inline, nothing from elsewhere but the pictures that customers send. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self' http: https: data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Answers browsers that show the console itself, and nobody else: another
 * website's page cannot call it, not even under a host name of its own (DNS
 * rebinding).
 *
 * @param hosts the host names of the console, besides localhost and IP addresses
 */
export function guard(hosts: readonly string[]): RequestHandler {
  return (request, response, next) => {
    response.set({
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    });
    const { host = '', origin } = request.headers;
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (!isOwnName(name) && !hosts.includes(name)) {
      return refuse(
        response,
        403,
        'The console is not known by this host name. CONSOLE_HOSTS lists its host names.',
      );
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isOwn =
      origin === undefined
        ? isRead
        : URL.canParse(origin) && new URL(origin).host === host;
    if (
      !isOwn ||
      (request.headers['sec-fetch-site'] === 'cross-site' && !isRead)
    ) {
      return refuse(response, 403, 'Only the console itself can do this.');
    }
    next();
  };
}

export function refuse(
  response: Response,
  status: number,
  message: string,
): void {
  response.status(status).json({ error: { message } });
}

function isOwnName(name: string): boolean {
  const address = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  return name === 'localhost' || isIP(address) > 0;
}
