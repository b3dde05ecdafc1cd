import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A redis-server of the tests' own: on loopback, and nothing of it stays on disk. */
export interface RedisServer {
  readonly url: string;
  /** Stops it in its tracks (SIGSTOP): connections stay, answers do not come. */
  pause(): void;
  resume(): void;
  /** Kills it, and all that it held. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const HINT =
  'These tests need redis-server on the PATH: apt-get install redis-server';

/** `describe`, but skipped without redis-server; never in CI, where it has to be there. */
export const describeWithRedis =
  process.env.CI === 'true' || isInstalled() ? describe : skipped();

function isInstalled(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

function skipped(): typeof describe.skip {
  process.stderr.write(`${HINT}\n`);
  return describe.skip;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'bottender-persona-redis-'));
  let server = await launch(port, folder);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    kill,
    async restart() {
      await kill();
      server = await launch(port, folder);
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves when the server says that it is ready. */
async function launch(port: number, folder: string): Promise<ChildProcess> {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
  };
  const server = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new Error(HINT)));
    server.once('exit', () =>
      reject(new Error(`redis-server did not start:\n${output}`)),
    );
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
  });
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
