import { debug } from '../../util/debug';
import { getProperty } from '../../util/values';

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
  readonly isCluster?: boolean;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
}

/** What you write for any other client. */
export interface CustomRedisClient {
  /**
   * Sends one command and resolves to its reply, a string.
   *
   * @param args the command and its arguments
   * @param options `key` is the first key: the client of a cluster chooses the node by it
   * @throws an error whose message has the code of Redis's, such as `NOSCRIPT`
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
  args: string[],
) => Promise<unknown>;

export interface ScriptRunner {
  readonly run: RunScript;
  /** Whether one Page's server may be away while another's answers. */
  readonly isCluster: boolean;
  /** Listens to what the client reports by events, such as why it cannot connect. */
  onError(listener: (error: unknown) => void): void;
}

/**
 * Clients are recognised by their methods, because their classes may come from
 * several copies of a package. Returns undefined for what is no client.
 */
export function scriptRunner(client: RedisClient): ScriptRunner | undefined {
  const onError = (listener: (error: unknown) => void) => {
    if ('on' in client) client.on?.('error', listener);
  };
  if (isNodeRedis(client)) {
    const isCluster = isNodeRedisCluster(client);
    return { run: onNodeRedis(client), isCluster, onError };
  }
  if (isIoredis(client)) {
    const isCluster = client.isCluster === true;
    return { run: onIoredis(client), isCluster, onError };
  }
  // A custom client may be one of a cluster.
  return isCustom(client)
    ? { run: onCustom(client), isCluster: true, onError }
    : undefined;
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
  const run: RunScript = (command, script, keys, args) =>
    client[command](script, { keys, arguments: args });
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
  return async (command, script, keys, args) => {
    const timer = setTimeout(() => {
      for (const _master of cluster.masters) {
        const [key = ''] = keys;
        cluster.sendCommand(undefined, true, ['TTL', key]).catch(() => {});
      }
    }, REFRESH_MS);
    try {
      return await run(command, script, keys, args);
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
  return (command, script, keys, args) =>
    command === 'eval'
      ? client.eval(script, keys.length, ...keys, ...args)
      : client.evalsha(script, keys.length, ...keys, ...args);
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
  return (command, script, keys, args) => {
    const [key = ''] = keys;
    const evaluate = [command.toUpperCase(), script, String(keys.length)];
    return client.sendCommand([...evaluate, ...keys, ...args], { key });
  };
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof getProperty(value, name) === 'function');
}
