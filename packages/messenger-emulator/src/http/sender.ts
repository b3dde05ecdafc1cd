import type { IncomingMessage } from 'node:http';

/** A refusal of the emulator's own API. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A web page elsewhere must not drive the emulator, nor read from it by rebinding a name. */
export function checkSender(request: IncomingMessage): void {
  const { host = '', origin } = request.headers;
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host)) {
    throw new ControlError(403, 'The Host must be loopback');
  }
  if (request.method === 'GET') return;
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new ControlError(403, 'The Origin must be the emulator');
  }
  const contentType = request.headers['content-type'] ?? '';
  if (
    request.method === 'POST' &&
    !/^application\/json *(;|$)/i.test(contentType)
  ) {
    throw new ControlError(415, 'The content type must be application/json');
  }
}
