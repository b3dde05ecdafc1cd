import type { IncomingMessage, ServerResponse } from 'node:http';

import { MessengerClient } from 'bottender';

import { listenOnLoopback } from './loopback';

/** A Messenger that does whatever a test has it do with a call. */
export interface Odd {
  readonly origin: string;
  readonly client: MessengerClient;
  readonly page: { readonly id: string; readonly client: MessengerClient };
  /** The calls so far: method, path and query. */
  readonly calls: string[];
}

type Handle = (
  response: ServerResponse,
  request: IncomingMessage,
  count: number,
) => unknown;

/** Starts one; `handle` is also told how many calls there have been. */
export async function behaving(
  handle: Handle,
  config: { accessToken?: string; appSecret?: string } = {},
): Promise<Odd> {
  const calls: string[] = [];
  const { origin } = await listenOnLoopback((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume();
    handle(response, request, calls.length);
  });
  const client = new MessengerClient({
    accessToken: 'TOKEN',
    origin,
    ...config,
  });
  return { origin, client, page: { id: '1', client }, calls };
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A body of which some comes all the time, and never the end. */
export function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"data":"');
  const dripping = setInterval(() => response.write('x'), 10);
  response.on('close', () => clearInterval(dripping));
}
