import { spawnSync } from 'node:child_process';

import { freePort } from './freePort';
import {
  REDIS_HINT,
  RedisProcess,
  redisServer,
  temporaryFolder,
} from './redisProcess';

/** `describe`, but skipped without redis-server; never in CI, where it has to be there. */
export const describeWithRedis =
  process.env.CI === 'true' || isInstalled() ? describe : skipped();

function isInstalled(): boolean {
  return ['redis-server', 'redis-sentinel'].every(
    (command) => spawnSync(command, ['--version']).status === 0,
  );
}

function skipped(): typeof describe.skip {
  process.stderr.write(`${REDIS_HINT}\n`);
  return describe.skip;
}

/** A redis-server of the tests' own: on loopback, and nothing of it stays on disk. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Stops it in its tracks (SIGSTOP): connections stay, answers do not come. */
  pause(): void;
  resume(): void;
  /** Kills it, and all that it held. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = temporaryFolder();
  const server = await RedisProcess.start(port, redisServer(port, folder.path));
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      await server.start();
    },
    async close() {
      await server.kill();
      folder.remove();
    },
  };
}
