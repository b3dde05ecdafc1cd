import { randomUUID } from 'node:crypto';

import type { Runtime } from '../../runtime';
import { withoutCredentials } from '../../store/credentials';
import { GuardedKeyv, type KeyvLike } from '../../store/keyv/guardedKeyv';
import { MemoryStore } from '../../store/memory';
import { RedisStore } from '../../store/redis/redisStore';
import { withTimeout } from '../../util/withTimeout';
import { errorMessage } from '../commandErrors';

import { failed, ok, warning, type Finding } from './check';

const TIMEOUT_MS = 3000;
const LATE = Symbol('late');
/** Each handler waits for the store a few times. */
const SLOW_MS = 50;
/** The quickest counts: this machine may be busy. */
const ROUND_TRIPS = 3;
const MIN_VERSION = [6, 2] as const;

const CONNECT =
  'Check that it runs, its address in .env, and that the bot connects the client.';

/** The store answers, and keeps what is written. */
export async function checkStore({
  settings: { store },
}: Runtime): Promise<Finding> {
  if (store instanceof MemoryStore) {
    return warning(
      'personas() has no `store`: each process is alone, and what it creates is forgotten when it dies.',
      'Give it `redisStore(client)` or a Keyv, unless the bot is only tried out.',
    );
  }
  try {
    const check =
      store instanceof RedisStore ? checkRedis(store) : checkKeyv(store);
    const finding = await withTimeout(check, TIMEOUT_MS, LATE);
    if (finding !== LATE) return finding;
    return failed(
      `The store did not answer in ${TIMEOUT_MS / 1000} s.`,
      CONNECT,
    );
  } catch (error) {
    const reason = withoutCredentials(errorMessage(error));
    return failed(`The store failed: ${reason}`, CONNECT);
  }
}

/** By a script, as `personas()` asks. A user may lack the permission for INFO, whose reply is then empty. */
const INFO = `
local info = redis.pcall('INFO')
return type(info) == 'string' and info or ''`;

/** @see https://redis.io/docs/latest/commands/info/ */
async function checkRedis({ runner, prefix }: RedisStore): Promise<Finding> {
  const ask = () => runner.run('eval', INFO, [`${prefix}:{doctor}`], []);
  // The first call may wait for a connection.
  const info = String(await ask());
  const times: number[] = [];
  for (let count = 0; count < ROUND_TRIPS; count += 1) {
    const begunAt = performance.now();
    await ask();
    times.push(performance.now() - begunAt);
  }
  const roundTripMs = Math.round(Math.min(...times));
  const valueOf = (name: string) =>
    new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const version = valueOf('redis_version');
  const title = `${valueOf('valkey_version') === undefined ? 'Redis' : 'Valkey, like Redis'} ${version ?? 'of unknown version'}`;
  if (version !== undefined && isOld(version)) {
    return failed(
      `${title} is too old: personas() needs 6.2.`,
      'Use a newer Redis, or a Valkey.',
    );
  }
  // Without `noeviction`, a full Redis deletes leases and names.
  const policy = valueOf('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    return failed(
      `${title} has the maxmemory-policy ${policy}: when it is full, it deletes leases and names, so that personas are left behind or created twice.`,
      'Set `maxmemory-policy noeviction`, with CONFIG SET and in redis.conf or at your provider.',
    );
  }
  if (roundTripMs > SLOW_MS) {
    return warning(
      `${title} answers in ${roundTripMs} ms, for which handlers wait.`,
      'Move it nearer to the bot.',
    );
  }
  const known =
    policy === undefined ? ', with an unknown maxmemory-policy' : '';
  return ok(`${title}, ${roundTripMs} ms${known}`);
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (
    major < MIN_VERSION[0] ||
    (major === MIN_VERSION[0] && minor < MIN_VERSION[1])
  );
}

/** Writes, reads and deletes a value of its own. */
async function checkKeyv(keyv: KeyvLike): Promise<Finding> {
  const guarded = new GuardedKeyv(keyv);
  const key = `doctor:${randomUUID()}`;
  const begunAt = performance.now();
  await guarded.set(key, { key });
  const kept = await guarded.get(key);
  await guarded.delete(key);
  const ms = Math.round(performance.now() - begunAt);
  if (JSON.stringify(kept) === JSON.stringify({ key })) {
    return ok(`a Keyv, which writes, reads and deletes in ${ms} ms`);
  }
  return failed(
    'The Keyv does not give back what is written.',
    'Check its adapter.',
  );
}
