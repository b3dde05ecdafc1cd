import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

const STARTED = 'http.server.request.start';

/**
 * Resolves when a request arrives at a server of this process, before it is
 * answered. The emulator logs a call only together with its answer.
 *
 * @param prefix of method and path, without the version: `'POST /me/personas'`
 */
export function nextRequest(prefix: string): Promise<void> {
  return new Promise((resolve) => {
    const onRequest = (message: unknown) => {
      const { method, url } = (message as { request: IncomingMessage }).request;
      const path = url?.split('?')[0]?.replace(/^\/v[\d.]+(?=\/)/, '');
      if (!`${method} ${path}`.startsWith(prefix)) return;
      unsubscribe(STARTED, onRequest);
      resolve();
    };
    subscribe(STARTED, onRequest);
  });
}
