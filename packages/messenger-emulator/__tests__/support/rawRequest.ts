import http from 'node:http';

import type { JsonObject } from 'messenger-emulator';

/** An answer whose body is JSON. */
export interface RawResponse {
  status: number;
  body: JsonObject;
}

/** Sends exactly these headers: `fetch` adds a Content-Type of its own, and forbids some headers. */
export function sendRaw(
  origin: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer = '',
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const request = http.request(origin + path, {
      method,
      headers: { ...length, ...headers },
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: JSON.parse(text) as JsonObject,
        }),
      );
    });
    request.end(body);
  });
}
