import type { RedisStore } from '../../store/redis/redisStore';

import { failed, ok, warning, type Finding } from './check';

/** Each handler waits for the store a few times. */
const SLOW_MS = 50;
/** The fastest counts: this machine may be busy for a moment. */
const MEASURED_CALLS = 3;
const MIN_VERSION = [6, 2] as const;
/** Enough keys that each master of a cluster has some. */
const SPREAD_KEYS = 128;

const INFO = scriptOf('INFO');
const MEMORY = scriptOf('INFO', 'memory');
const NODES = scriptOf('CLUSTER', 'NODES');

/** Asks by a script that writes, as `personas()` does. A user may lack the permission for a command, whose reply is then empty. */
function scriptOf(...command: string[]): string {
  const args = command.map((each) => `'${each}'`).join();
  return `
redis.call('SET', KEYS[1], '', 'PX', 1000)
redis.call('DEL', KEYS[1])
local reply = redis.pcall(${args})
return type(reply) == 'string' and reply or ''`;
}

/** @see https://redis.io/docs/latest/commands/info/ */
export async function checkRedis({
  runner,
  prefix,
}: RedisStore): Promise<Finding> {
  const ask = async (script: string, tag = 'doctor') =>
    String(await runner.run('eval', script, [`${prefix}:{${tag}}`], []));
  const spread = Array.from({ length: SPREAD_KEYS }, (_, at) => `doctor${at}`);
  // Those of a master that is down do not answer.
  const asked = runner.isCluster ? spread.map((tag) => ask(NODES, tag)) : [];
  const cluster = readNodes(await Promise.any(asked).catch(() => ''));
  if (cluster.down.length > 0) {
    return failed(
      `Of the cluster's masters, ${cluster.down.join(', ')} cannot be reached: their Pages go on as without a store.`,
      'Start them, or let replicas take over: `redis-cli CLUSTER NODES` shows what the cluster knows.',
    );
  }
  // The first call may wait for a connection.
  const info = await ask(INFO);
  const ofMasters = await Promise.all(
    cluster.masters > 0 ? spread.map((tag) => ask(MEMORY, tag)) : [],
  );
  const times: number[] = [];
  for (let call = 0; call < MEASURED_CALLS; call += 1) {
    const begunAt = performance.now();
    await ask(INFO);
    times.push(performance.now() - begunAt);
  }
  const roundTripMs = Math.round(Math.min(...times));
  const version = valueOf(info, 'redis_version');
  const name =
    valueOf(info, 'valkey_version') === undefined
      ? 'Redis'
      : 'Valkey, like Redis';
  const title = `${name} ${version ?? 'of unknown version'}`;
  if (version !== undefined && isOld(version)) {
    return failed(
      `${title} is too old: personas() needs 6.2.`,
      'Use a newer Redis, or a Valkey.',
    );
  }
  // Without `noeviction`, a full Redis deletes leases and names.
  const policies = [info, ...ofMasters].map((each) =>
    valueOf(each, 'maxmemory_policy'),
  );
  const policy = policies.find((each) => each && each !== 'noeviction');
  if (policy !== undefined) {
    return failed(
      `${title} has the maxmemory-policy ${policy}: when it is full, it deletes leases and names, so that personas are left behind or created twice.`,
      'Set `maxmemory-policy noeviction`, with CONFIG SET and in redis.conf or at your provider.',
    );
  }
  if (cluster.alone.length > 0) {
    return warning(
      `Of the cluster's masters, ${cluster.alone.join(', ')} ${cluster.alone.length === 1 ? 'has' : 'have'} no replica: if one dies, its Pages go on as without a store until it is back.`,
      'Give each master a replica.',
    );
  }
  if (roundTripMs > SLOW_MS) {
    return warning(
      `${title} answers in ${roundTripMs} ms, for which handlers wait.`,
      'Move it nearer to the bot.',
    );
  }
  const size =
    cluster.masters > 0 ? `, a cluster of ${cluster.masters} masters` : '';
  const known = policies.includes(undefined)
    ? ', with an unknown maxmemory-policy'
    : '';
  return ok(`${title}${size}, ${roundTripMs} ms${known}`);
}

function valueOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

/**
 * The masters that have slots: how many there are, and the addresses of those
 * that are down or have no replica.
 *
 * @see https://redis.io/docs/latest/commands/cluster-nodes/
 */
function readNodes(text: string) {
  const nodes = text.split('\n').map((line) => {
    const [id = '', address = '', flags = '', master = '', , , , , ...slots] =
      line.split(' ');
    const isUp = !/fail/.test(flags);
    const [shown = ''] = address.split('@');
    return { id, shown, isMaster: /master/.test(flags), master, isUp, slots };
  });
  const replicated = new Set(
    nodes.filter(({ isUp }) => isUp).map(({ master }) => master),
  );
  const masters = nodes.filter(
    ({ isMaster, slots }) => isMaster && slots.length > 0,
  );
  return {
    masters: masters.length,
    down: masters.filter(({ isUp }) => !isUp).map(({ shown }) => shown),
    alone: masters
      .filter(({ id }) => !replicated.has(id))
      .map(({ shown }) => shown),
  };
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (
    major < MIN_VERSION[0] ||
    (major === MIN_VERSION[0] && minor < MIN_VERSION[1])
  );
}
