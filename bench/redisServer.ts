import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';

export interface RedisServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a redis-server; `undefined` if none is installed. */
export async function startRedis(): Promise<RedisServer | undefined> {
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1'];
  const inMemory = ['--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  const server = spawn('redis-server', [...settings, ...inMemory], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ready = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.once('exit', () => resolve(false));
    let output = '';
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve(true);
    });
  });
  if (!(await ready)) return undefined;
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
