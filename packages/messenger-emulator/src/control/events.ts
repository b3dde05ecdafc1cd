import type { ServerResponse } from 'node:http';
import type { Backlog } from '../http/backlog';
import type { World } from '../world/world';

/** A browser would wait for seconds; an emulator that is started again is there sooner. */
const RECONNECT_MS = 500;

/**
 * Server-sent events: first `state` with everything, then each change under its
 * own name: `entry`, `undelivered`, `conversation`, `persona`, `profile`, `request`.
 */
export function streamEvents(
  response: ServerResponse,
  world: World,
  backlog: Backlog,
  closing: AbortSignal,
): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=UTF-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  const write = (event: string, data: object) => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  write('state', world.state());
  backlog.check();
  // A large state takes a while to be read.
  let hasRead = response.writableLength === 0;
  response.on('drain', () => (hasRead = true));
  const unsubscribe = world.changes.subscribe(({ type, ...data }) => {
    if (type === 'reset') write('state', world.state());
    else write(type, data);
    if (hasRead) backlog.checkFollower(response);
    else backlog.check();
  });
  const end = () => response.destroy();
  closing.addEventListener('abort', end);
  response.on('close', () => {
    unsubscribe();
    closing.removeEventListener('abort', end);
  });
}
