import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Redis from 'ioredis';

import { freePort } from '../../support/freePort';
import {
  RedisProcess,
  redisServer,
  temporaryFolder,
} from '../../support/redisProcess';
import { until } from './redisCluster';

const MASTER = 'main';
const SENTINELS = 3;
const DOWN_AFTER_MS = 500;

/** Resolves when the replica has all that was written: a failover may lose the rest. */
async function replicated(port: number): Promise<void> {
  const client = new Redis(port);
  try {
    await client.set('written', 'last');
    await client.wait(1, 5000);
  } finally {
    client.disconnect();
  }
}

/** A master with a replica, watched by three Sentinels. */
export class SentinelSetup {
  private constructor(
    private readonly servers: RedisProcess[],
    private readonly sentinels: { host: string; port: number }[],
    private readonly removeFolder: () => void,
  ) {}

  static async start(): Promise<SentinelSetup> {
    const folder = temporaryFolder();
    const setup = new SentinelSetup([], [], () => folder.remove());
    try {
      await setup.launch(folder.path);
      return setup;
    } catch (error) {
      await setup.close();
      throw error;
    }
  }

  private async launch(folder: string): Promise<void> {
    const launch = async (port: number, command: string[]) => {
      const server = await RedisProcess.start(port, command);
      this.servers.push(server);
    };
    const [master, replica] = [await freePort(), await freePort()];
    await launch(master, redisServer(master, folder));
    const replicaOf = { replicaof: `127.0.0.1 ${master}` };
    await launch(replica, redisServer(replica, folder, replicaOf));
    for (let index = 0; index < SENTINELS; index += 1) {
      const port = await freePort();
      // A Sentinel writes what it learns into its file.
      const file = join(folder, `sentinel-${index}.conf`);
      const settings = [
        `port ${port}`,
        'bind 127.0.0.1',
        `sentinel monitor ${MASTER} 127.0.0.1 ${master} 2`,
        `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
        `sentinel failover-timeout ${MASTER} 2000`,
      ];
      writeFileSync(file, `${settings.join('\n')}\n`);
      await launch(port, ['redis-sentinel', file]);
      this.sentinels.push({ host: '127.0.0.1', port });
      await hurry(port);
    }
    await until('the Sentinels know each other and the replica', async () => {
      const known = await this.ask<string[]>('MASTER');
      const [sentinels, replicas] = [
        field(known, 'num-other-sentinels'),
        field(known, 'num-slaves'),
      ];
      return sentinels === String(SENTINELS - 1) && replicas === '1';
    });
    await this.isWhole();
  }

  get target() {
    return { sentinels: this.sentinels, master: MASTER };
  }

  /** Resolves when the replica follows its master. */
  async isWhole(): Promise<void> {
    await until('the replica follows', async () => {
      const replicas = await this.ask<string[][]>('REPLICAS');
      return replicas.some(
        (replica) =>
          field(replica, 'master-link-status') === 'ok' &&
          field(replica, 'flags') === 'slave',
      );
    });
  }

  /** Kills the master, and resolves to what starts it again once all Sentinels know the new one. */
  async killMaster(): Promise<{ restart(): Promise<void> }> {
    const [port] = await this.masterPorts();
    const server = this.servers.find((one) => one.port === port);
    await replicated(port ?? 0);
    await server?.kill();
    return {
      restart: async () => {
        // Otherwise a client may be sent to the old master, which has lost its data.
        await until('all Sentinels know the new master', async () => {
          const ports = await this.masterPorts();
          return ports.every((one) => one !== port);
        });
        await server?.start();
      },
    };
  }

  private masterPorts(): Promise<number[]> {
    return Promise.all(
      this.sentinels.map(async (sentinel) => {
        const question = 'GET-MASTER-ADDR-BY-NAME';
        const [, port] = await this.ask<string[]>(question, sentinel.port);
        return Number(port);
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    this.removeFolder();
  }

  private async ask<T>(
    question: string,
    port = this.sentinels[0]?.port ?? 0,
  ): Promise<T> {
    const client = new Redis(port);
    try {
      return (await client.call('SENTINEL', question, MASTER)) as T;
    } finally {
      client.disconnect();
    }
  }
}

/** A Sentinel looks around every ten seconds; since Redis 7 it can be told to look more often. */
async function hurry(port: number): Promise<void> {
  const client = new Redis(port);
  const periods = ['INFO-PERIOD', 'PUBLISH-PERIOD', 'ASK-PERIOD'];
  await client
    .call('SENTINEL', 'DEBUG', ...periods.flatMap((name) => [name, 200]))
    .catch(() => {});
  client.disconnect();
}

/** Of the flat list of names and values that a Sentinel answers. */
function field(flat: string[], name: string): string | undefined {
  return flat[flat.indexOf(name) + 1];
}
