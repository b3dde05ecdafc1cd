import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const PORTS = 1000;

/** Each of Jest's workers has ports of its own. */
const first = 12_000 + (Number(process.env.JEST_WORKER_ID ?? 0) % 10) * PORTS;
let next = randomInt(PORTS);

/**
 * A port for a server in another process: never one that the system gives to a
 * server on port 0, so that none is given it before it is used.
 *
 * @param isFreeToo what else must hold for the port
 */
export async function freePort(
  isFreeToo: (port: number) => Promise<boolean> = () => Promise.resolve(true),
): Promise<number> {
  for (;;) {
    const port = first + (next++ % PORTS);
    if ((await isFree(port)) && (await isFreeToo(port))) return port;
  }
}

/** A node of a cluster also listens 10,000 ports above. */
export function freeClusterPort(): Promise<number> {
  return freePort((port) => isFree(port + 10_000));
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, '127.0.0.1'), 'listening');
    await once(probe.close(), 'close');
    return true;
  } catch {
    return false;
  }
}
