import { setMaxListeners } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Backlog } from './http/backlog';
import { readBody, readForm } from './http/body';
import { Intake } from './http/intake';
import { refusedSender } from './http/refusedRequest';
import { readSeed, applySeed } from './control/seed';
import { ControlApi } from './control/control';
import { Customers } from './world/customers';
import { Faults } from './graph/faults';
import type { GraphCall } from './graph/call';
import { GraphApi } from './graph/graphApi';
import { splitVersion } from './graph/version';
import { GraphError } from './values/graphError';
import type { Settings } from './options';
import { Parameters } from './graph/parameters';
import { Inbox } from './world/inbox';
import { Delivery } from './world/delivery';
import { Receipts } from './world/receipts';
import { bearerToken } from './graph/token';
import { splitQuery } from './values/urls';
import { World } from './world/world';

/** For all requests together. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;

export interface EmulatorServer {
  world: World;
  customers: Customers;
  inbox: Inbox;
  faults: Faults;
  /** Deletes everything except the webhook's URL and subscriptions, and applies the seed again. */
  reset(): void;
  /** Aborted when the emulator closes. */
  closing: AbortSignal;
  close(): Promise<void>;
}

/**
 * Starts the HTTP server, on loopback by default. `/` and `/_emulator/…` are
 * the chat page and the control API; every other path is the Graph API.
 */
export async function startServer(settings: Settings): Promise<EmulatorServer> {
  const { pages, appId } = settings;
  const seed = readSeed(
    settings.seed,
    pages.map(({ id }) => id),
    appId,
  );
  const server = http.createServer();
  const port = await listen(server, settings.port, settings.host);
  const closing = new AbortController();
  // Every delivery, delay and event stream adds a listener.
  setMaxListeners(0, closing.signal);
  const world = new World(
    settings,
    `http://${nameOf(settings.host)}:${port}`,
    closing.signal,
  );
  const receipts = new Receipts(world);
  const customers = new Customers(world, new Delivery(world, receipts));
  const inbox = new Inbox(world);
  applySeed(seed, world, customers);
  const faults = new Faults(settings.random);
  const graph = new GraphApi(world, faults, receipts, closing.signal);
  const backlog = new Backlog();
  const intake = new Intake(MAX_BODY_BYTES);
  const reset = () => {
    faults.removeAll();
    world.reset();
    applySeed(seed, world, customers);
  };
  const control = new ControlApi(
    world,
    customers,
    inbox,
    faults,
    reset,
    backlog,
    intake,
    closing.signal,
  );

  server.on('request', (request, response) => {
    // Ignore clients that disconnect.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    backlog.add(response);
    response.on('close', () => intake.release(request));
    const handled = control.owns(request)
      ? control.handle(request, response)
      : answerGraph(graph, settings, intake, request, response);
    handled.catch(() => request.socket.destroy());
  });
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return socket.destroy();
    const body = JSON.stringify({
      error: new GraphError('Malformed HTTP request').toObject(),
    });
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });

  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= new Promise((resolve) => {
      closing.abort();
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  const { signal } = closing;
  return { world, customers, inbox, faults, reset, closing: signal, close };
}

/** The host name in the emulator's own URLs. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function listen(
  server: http.Server,
  port: number,
  host: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(
          `Messenger emulator: cannot listen on ${host}:${port}: ${error.message}`,
        ),
      ),
    );
    server.listen(port, host, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

async function answerGraph(
  graph: GraphApi,
  { allowHosts }: Settings,
  intake: Intake,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const target = splitQuery(request.url ?? '/');
  const query = readForm(target.query);
  const bearer = bearerToken(request.headers);
  const header = bearer === undefined ? {} : { access_token: bearer };
  const call: GraphCall = {
    method: request.method ?? 'GET',
    ...splitVersion(target.path),
    parameters: new Parameters(header, query),
    files: [],
  };
  const sender = refusedSender(request, allowHosts);
  const answer = sender
    ? graph.refuseForeign(
        call,
        new GraphError(sender.message, { status: sender.status, code: 200 }),
      )
    : await readBody(request, intake).then(
        ({ fields, files }) => {
          const parameters = new Parameters(header, query, fields);
          return graph.answer({ ...call, parameters, files });
        },
        (error: unknown) => graph.refuse(call, error),
      );
  if (answer.broken) {
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.status, {
    'Content-Type': 'application/json; charset=UTF-8',
    'Cache-Control': 'no-store',
    ...(answer.version && { 'facebook-api-version': answer.version }),
    // The body was not read, so the connection cannot be reused.
    ...(sender ? { Connection: 'close' } : {}),
  });
  response.end(Buffer.from(JSON.stringify(answer.body)));
}
