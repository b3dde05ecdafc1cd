import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

const STARTED = 'http.server.request.start';

/**
 * Resolves when such a request has come to a server of this process, however
 * late it is answered: the emulator logs a call with its answer.
 *
 * @param beginning of method and path, without the version: `'POST /me/personas'`
 */
export function arrival(beginning: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (message: unknown) => {
      const { method, url } = (message as { request: IncomingMessage }).request;
      const path = url?.split('?')[0]?.replace(/^\/v[\d.]+(?=\/)/, '');
      if (!`${method} ${path}`.startsWith(beginning)) return;
      unsubscribe(STARTED, look);
      resolve();
    };
    subscribe(STARTED, look);
  });
}
