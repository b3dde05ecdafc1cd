import type { ServerResponse } from 'node:http';
import type { World } from '../world/world';

/** A reader that falls this far behind is cut off; it comes back and gets the whole state. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/**
 * Server-sent events: first `state` with everything, then each change under its
 * own name: `entry`, `conversation`, `persona`, `request`.
 */
export function streamEvents(
  response: ServerResponse,
  world: World,
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
  write('state', world.state());
  const unsubscribe = world.changes.subscribe(({ type, ...data }) => {
    write(type, data);
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
  });
  const end = () => response.destroy();
  closing.addEventListener('abort', end);
  response.on('close', () => {
    unsubscribe();
    closing.removeEventListener('abort', end);
  });
}
