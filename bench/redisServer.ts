import { freePort } from '../__tests__/support/freePort';
import {
  RedisProcess,
  redisServer,
  temporaryFolder,
} from '../__tests__/support/redisProcess';

export interface RedisServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a redis-server; `undefined` if none is installed. */
export async function startRedis(): Promise<RedisServer | undefined> {
  const port = await freePort();
  const folder = temporaryFolder();
  const command = redisServer(port, folder.path);
  const server = await RedisProcess.start(port, command).catch(() => undefined);
  if (!server) {
    folder.remove();
    return undefined;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      await server.kill();
      folder.remove();
    },
  };
}
