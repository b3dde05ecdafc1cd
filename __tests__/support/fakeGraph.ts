import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { MessengerClient } from 'bottender';

import { listenOnLoopback } from './loopback';
import { PAGE } from './pages';

/** A Graph call that has arrived. */
export interface GraphCall {
  readonly method: string;
  /** Without the version and the query: `/me/personas`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** The position of the call among all calls, from 1. */
  readonly count: number;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<unknown>;
}

export interface Reply {
  /** 200 by default. */
  readonly status?: number;
  /** Sent as JSON; `{}` by default. */
  readonly body?: unknown;
  /** Sent unchanged, instead of `body`. */
  readonly text?: string;
  /** The reply is sent when this has resolved. */
  readonly when?: Promise<unknown>;
  /** Send no reply at all, one that never ends, or close the connection. */
  readonly fault?: 'hang' | 'drip' | 'disconnect';
  /** Whether `upstream` gets the call before this reply is sent. */
  readonly isCarriedOut?: boolean;
}

/** A reply for each call in turn (the last one is repeated), or a function that chooses one. */
export type Script =
  | readonly Reply[]
  | ((call: GraphCall) => Reply | undefined | Promise<Reply | undefined>);

export interface FakeGraphOptions {
  accessToken?: string;
  appSecret?: string;
  /** Gets the calls for which the script returns nothing. */
  upstream?: { readonly origin: string };
}

export interface FakeGraph {
  readonly origin: string;
  readonly client: MessengerClient;
  readonly page: { readonly id: string; readonly client: MessengerClient };
  /** The calls so far: method, path and query. */
  readonly calls: string[];
  /** Their bodies. */
  readonly bodies: string[];
}

export const HANG: Reply = { fault: 'hang' };
export const DRIP: Reply = { fault: 'drip' };

/** Starts a Graph server that does what the script says. It is closed after the suite. */
export async function startFakeGraph(
  script: Script,
  { accessToken = 'TOKEN', appSecret, upstream }: FakeGraphOptions = {},
): Promise<FakeGraph> {
  const calls: string[] = [];
  const bodies: string[] = [];
  const choose =
    typeof script === 'function'
      ? script
      : ({ count }: GraphCall) => script[count - 1] ?? script.at(-1) ?? {};

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const { method = '', url = '', headers } = request;
    const count = calls.push(`${method} ${url}`);
    const closed = once(response, 'close');
    const body = await text(request);
    bodies.push(body);
    const { pathname, searchParams: query } = new URL(url, 'http://graph');
    const path = pathname.replace(/^\/v[\d.]+(?=\/)/, '');
    const reply = await choose({ method, path, query, body, count, closed });
    const forwarded =
      (!reply || reply.isCarriedOut) && upstream
        ? await forward(upstream.origin + url, method, headers, body)
        : undefined;
    await send(response, reply ?? forwarded ?? {});
  }

  const { origin } = await listenOnLoopback((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const client = new MessengerClient({
    accessToken,
    origin,
    ...(appSecret !== undefined && { appSecret }),
  });
  return { origin, client, page: { id: '1', client }, calls, bodies };
}

/** A script that knows the Page and gives every other call this reply. */
export function onPage(
  reply: Reply | ((call: GraphCall) => Reply),
): (call: GraphCall) => Reply {
  const me = { body: { id: PAGE.id, name: PAGE.name } };
  return (call) => {
    if (call.path === '/me') return me;
    return typeof reply === 'function' ? reply(call) : reply;
  };
}

async function forward(
  url: string,
  method: string,
  headers: IncomingMessage['headers'],
  body: string,
): Promise<Reply> {
  const { 'content-type': type = '' } = headers;
  const response = await fetch(url, {
    method,
    headers: { 'content-type': type },
    ...(body && { body }),
  });
  return { status: response.status, text: await response.text() };
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { status = 200, body = {}, text = JSON.stringify(body), fault } = reply;
  await reply.when;
  if (fault === 'hang') return;
  if (fault === 'disconnect') {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  if (fault !== 'drip') {
    response.end(text);
    return;
  }
  response.write('{"data":"');
  const dripping = setInterval(() => response.write('x'), 10);
  response.on('close', () => clearInterval(dripping));
}
