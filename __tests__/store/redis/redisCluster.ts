import { setTimeout as sleep } from 'node:timers/promises';

import Redis from 'ioredis';

import { freeClusterPort } from '../../support/freePort';
import {
  RedisProcess,
  redisServer,
  temporaryFolder,
} from '../../support/redisProcess';

const SLOTS = 16_384;
const MASTERS = 3;
/** How many keys redis-cli moves at once. */
const KEYS_AT_ONCE = 10;
/** A busy machine is no fault of a node; a short timeout is set only to have a dead one noticed. */
const NODE_TIMEOUT_MS = 15_000;
const NOTICE_MS = 1000;
const WITHIN_MS = 60_000;

/** A node of the cluster, with a client for what the tests do to it. */
interface Node {
  readonly port: number;
  readonly process: RedisProcess;
  readonly admin: Redis;
  readonly id: string;
}

/** A cluster of three masters, each with a replica. */
export class RedisCluster {
  private constructor(
    private readonly nodes: Node[],
    private readonly removeFolder: () => void,
  ) {}

  static async start(): Promise<RedisCluster> {
    const folder = temporaryFolder();
    const nodes: Node[] = [];
    const cluster = new RedisCluster(nodes, () => folder.remove());
    try {
      for (let index = 0; index < 2 * MASTERS; index += 1) {
        nodes.push(await startNode(folder.path, index));
      }
      await cluster.form();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  get nodeAddresses(): { host: string; port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** Clients of all nodes, which end with the cluster. */
  get admins(): Redis[] {
    return this.nodes.map(({ admin }) => admin);
  }

  private async masters(): Promise<Node[]> {
    const roles = await Promise.all(
      this.nodes.map((node) => this.roleOf(node)),
    );
    return this.nodes.filter((_node, at) => roles[at] === 'master');
  }

  /** Gives the first nodes the slots, and each of them a replica. */
  private async form(): Promise<void> {
    const [first, ...others] = this.nodes;
    if (!first) return;
    await Promise.all(
      this.nodes.map(async ({ admin }, index) => {
        await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
        if (index >= MASTERS) return;
        const from = Math.floor((index * SLOTS) / MASTERS);
        const to = Math.floor(((index + 1) * SLOTS) / MASTERS);
        const slots = Array.from({ length: to - from }, (_, at) => from + at);
        await admin.call('CLUSTER', 'ADDSLOTS', ...slots);
      }),
    );
    for (const { admin } of others) {
      await admin.call('CLUSTER', 'MEET', '127.0.0.1', first.port);
    }
    await until('all nodes know each other', async () => {
      const known = await Promise.all(
        this.nodes.map(({ admin }) => knownNodes(admin)),
      );
      return known.every((ids) => ids.length === this.nodes.length);
    });
    await Promise.all(
      this.nodes.slice(MASTERS).map(async ({ admin }, index) => {
        const master = this.nodes[index];
        await admin.call('CLUSTER', 'REPLICATE', master?.id ?? '');
      }),
    );
    await this.isWhole();
  }

  /** Resolves when all slots are served, and each master has its replica. */
  async isWhole(): Promise<void> {
    await until('the cluster is whole', async () => {
      const states = await Promise.all(
        this.nodes.map(async ({ admin }) => {
          const info = String(await admin.call('CLUSTER', 'INFO'));
          const replication = await admin.info('replication');
          return (
            info.includes('cluster_state:ok') &&
            (replication.includes('role:master')
              ? /slave\d.*state=online/.test(replication)
              : replication.includes('master_link_status:up'))
          );
        }),
      );
      return states.every(Boolean);
    });
  }

  private async masterOf(key: string): Promise<Node> {
    const [first, ...others] = await this.masters();
    const slot = Number(await first?.admin.call('CLUSTER', 'KEYSLOT', key));
    for (const node of first ? [first, ...others] : []) {
      const owned = String(await node.admin.call('CLUSTER', 'NODES'))
        .split('\n')
        .find((line) => line.includes('myself'));
      const ranges = owned?.split(' ').slice(8) ?? [];
      for (const range of ranges) {
        const [from = -1, to = from] = range.split('-').map(Number);
        if (from <= slot && slot <= to) return node;
      }
    }
    throw new Error(`No master has the slot ${slot}`);
  }

  /** A client of the master of the key, which ends with the cluster. */
  async clientOf(key: string): Promise<Redis> {
    return (await this.masterOf(key)).admin;
  }

  /**
   * Moves the slot of the key to another master, as `redis-cli --cluster reshard` does.
   *
   * @param halfway is called while some keys are on the one and some on the other
   */
  async moveSlotOf(key: string, halfway?: () => Promise<void>): Promise<void> {
    const source = await this.masterOf(key);
    const masters = await this.masters();
    const target = masters.find(({ id }) => id !== source.id);
    if (!target) throw new Error('There is no other master');
    const slot = Number(await source.admin.call('CLUSTER', 'KEYSLOT', key));
    const set = (node: Node, ...how: string[]) =>
      node.admin.call('CLUSTER', 'SETSLOT', slot, ...how);
    await set(target, 'IMPORTING', source.id);
    await set(source, 'MIGRATING', target.id);
    let moves = 0;
    for (;;) {
      const keys = await source.admin.call(
        ...([
          'CLUSTER',
          'GETKEYSINSLOT',
          slot,
          moves === 0 ? 1 : KEYS_AT_ONCE,
        ] as const),
      );
      if (!Array.isArray(keys) || keys.length === 0) break;
      const to = ['127.0.0.1', target.port, '', 0, 5000];
      await source.admin.call('MIGRATE', ...to, 'KEYS', ...keys.map(String));
      moves += 1;
      if (moves === 1) await halfway?.();
    }
    await set(target, 'NODE', target.id);
    await set(source, 'NODE', target.id);
    await Promise.all(masters.map((node) => set(node, 'NODE', target.id)));
  }

  /** Kills the master of the key, and resolves to what starts it again, as a replica. */
  async killMasterOf(key: string): Promise<{ restart(): Promise<void> }> {
    const master = await this.masterOf(key);
    await this.setNodeTimeout(NOTICE_MS);
    // A failover may lose what no replica has yet.
    await master.admin.set(`${key}:written`, 'last');
    await master.admin.wait(1, 5000);
    await master.process.kill();
    return { restart: () => master.process.start() };
  }

  /** Resolves when a replica has become the master of the key. */
  async failoverOf(key: string): Promise<void> {
    await until('a replica takes over', async () => {
      const masters = await this.masters();
      if (masters.length < MASTERS) return false;
      return this.masterOf(key).then(
        () => true,
        () => false,
      );
    });
    await this.setNodeTimeout(NODE_TIMEOUT_MS);
  }

  async close(): Promise<void> {
    for (const { admin } of this.nodes) admin.disconnect();
    await Promise.all(this.nodes.map(({ process }) => process.kill()));
    this.removeFolder();
  }

  private async setNodeTimeout(ms: number): Promise<void> {
    await Promise.allSettled(
      this.nodes.map(({ admin }) =>
        admin.config('SET', 'cluster-node-timeout', ms),
      ),
    );
  }

  private async roleOf({ admin }: Node): Promise<string | undefined> {
    if (admin.status !== 'ready') return undefined;
    const info = await admin.info('replication').catch(() => '');
    return /role:(\w+)/.exec(info)?.[1];
  }
}

async function startNode(folder: string, index: number): Promise<Node> {
  const port = await freeClusterPort();
  const process = await RedisProcess.start(
    port,
    redisServer(port, folder, {
      'cluster-enabled': 'yes',
      'cluster-config-file': `nodes-${index}.conf`,
      'cluster-node-timeout': String(NODE_TIMEOUT_MS),
      // A replica may take over however old its data are.
      'cluster-replica-validity-factor': '0',
    }),
  );
  const admin = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 50,
    maxRetriesPerRequest: 0,
  });
  admin.on('error', () => {});
  const id = String(await admin.call('CLUSTER', 'MYID'));
  return { port, process, admin, id };
}

async function knownNodes(admin: Redis): Promise<string[]> {
  const nodes = String(await admin.call('CLUSTER', 'NODES'));
  return nodes
    .split('\n')
    .filter((line) => line !== '' && !/handshake|noaddr/.test(line));
}

export async function until(
  what: string,
  check: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  let cause: unknown;
  while (Date.now() < deadline) {
    try {
      if (await check()) return;
    } catch (error) {
      // A server that has just started may not answer yet.
      cause = error;
    }
    await sleep(20);
  }
  throw new Error(`Not in time: ${what}`, { cause });
}
