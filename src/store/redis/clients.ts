import { debug } from '../../util/debug';
import { getProperty } from '../../util/getProperty';

/**
 * A client of the package `redis` (node-redis), version 5 or 6: of `createClient()`,
 * `createClientPool()`, `createCluster()` or `createSentinel()`.
 */
export interface NodeRedisClient {
  evalSha(sha1: string, options: NodeRedisArguments): Promise<unknown>;
  eval(script: string, options: NodeRedisArguments): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** The arguments of a script, as node-redis takes them. */
export interface NodeRedisArguments {
  keys: string[];
  arguments: string[];
}

/** A client of ioredis (4, 5 or 6) or of iovalkey: a `Redis`, also one with `sentinels`, or a `Cluster`. */
export interface IoredisClient {
  evalsha(sha1: string, keyCount: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
}

/** What you write for any other client. */
export interface CustomRedisClient {
  /**
   * Sends one command and resolves to its reply, a string.
   *
   * @param args the command and its arguments
   * @param options `key` is the first key, by which a client of a cluster chooses the node
   * @throws an error whose message begins with the one of Redis, such as `NOSCRIPT`
   */
  sendCommand(args: string[], options: { key: string }): Promise<unknown>;
}

/** A client that `redisStore()` takes. */
export type RedisClient = NodeRedisClient | IoredisClient | CustomRedisClient;

/** @param script its text for `eval`, its digest for `evalSha` */
export type RunScript = (
  command: 'eval' | 'evalSha',
  script: string,
  keys: string[],
  argument: string,
) => Promise<unknown>;

/**
 * Clients are told apart by their methods, because their classes may come from
 * several copies of a package. Returns undefined for what is no client.
 */
export function scriptRunner(client: RedisClient): RunScript | undefined {
  if (isNodeRedis(client)) return onNodeRedis(client);
  if (isIoredis(client)) return onIoredis(client);
  return isCustom(client) ? onCustom(client) : undefined;
}

/** Versions before 5 have no `withTypeMapping`, and a client in legacy mode has no `on`. */
function isNodeRedis(client: RedisClient): client is NodeRedisClient {
  return hasMethods(client, ['evalSha', 'withTypeMapping', 'on']);
}

const listenedTo = new WeakSet<NodeRedisClient>();

function onNodeRedis(client: NodeRedisClient): RunScript {
  // Without a listener the client would end the process when Redis goes away.
  if (!listenedTo.has(client)) {
    listenedTo.add(client);
    client.on('error', (error) =>
      debug('redis: %s', error instanceof Error ? error.name : typeof error),
    );
  }
  const run: RunScript = (command, script, keys, argument) =>
    client[command](script, { keys, arguments: [argument] });
  return isNodeRedisCluster(client) ? refreshing(client, run) : run;
}

interface NodeRedisCluster {
  readonly masters: readonly unknown[];
  sendCommand(
    firstKey: undefined,
    isReadonly: boolean,
    args: string[],
  ): Promise<unknown>;
}

function isNodeRedisCluster(
  client: object,
): client is NodeRedisClient & NodeRedisCluster {
  return hasMethods(client, ['getRandomNode', 'sendCommand']);
}

/** After this, a cluster's client may be waiting for a master that a replica has replaced. */
const REFRESH_MS = 500;

/**
 * The client of a cluster looks for the new master only once a node tells it that
 * a key has moved. Version 5 asks no other node than the old master; version 6
 * does after five seconds. So ask all of them, which it takes in turn where a
 * command has no first key.
 */
function refreshing(cluster: NodeRedisCluster, run: RunScript): RunScript {
  return async (command, script, keys, argument) => {
    const timer = setTimeout(() => {
      for (const _master of cluster.masters) {
        const args = ['TTL', ...keys.slice(0, 1)];
        cluster.sendCommand(undefined, true, args).catch(() => {});
      }
    }, REFRESH_MS);
    try {
      return await run(command, script, keys, argument);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A pipeline has no `duplicate`, and node-redis has no `defineCommand`. */
function isIoredis(client: RedisClient): client is IoredisClient {
  return hasMethods(client, ['evalsha', 'defineCommand', 'duplicate']);
}

function onIoredis(client: IoredisClient): RunScript {
  return (command, script, keys, argument) =>
    command === 'eval'
      ? client.eval(script, keys.length, ...keys, argument)
      : client.evalsha(script, keys.length, ...keys, argument);
}

/** Clients of other versions and packages also have a `sendCommand`, of another kind. */
function isCustom(client: RedisClient): client is CustomRedisClient {
  return (
    hasMethods(client, ['sendCommand']) &&
    !hasMethods(client, ['evalSha']) &&
    !hasMethods(client, ['evalsha'])
  );
}

function onCustom(client: CustomRedisClient): RunScript {
  return (command, script, keys, argument) => {
    const [key = ''] = keys;
    const count = String(keys.length);
    const args = [command.toUpperCase(), script, count, ...keys, argument];
    return client.sendCommand(args, { key });
  };
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof getProperty(value, name) === 'function');
}
