import { randomUUID } from 'node:crypto';

import type { Runtime } from '../../runtime';
import { withoutCredentials } from '../../store/credentials';
import { GuardedKeyv, type KeyvLike } from '../../store/keyv/guardedKeyv';
import { MemoryStore } from '../../store/memory';
import { openStore } from '../../store/open';
import { RedisStore } from '../../store/redis/redisStore';
import { SharedStore } from '../../store/sharedStore';
import { getProperty } from '../../util/values';
import { withTimeout } from '../../util/withTimeout';
import { errorMessage } from '../commandErrors';

import { failed, ok, warning, type Finding } from './check';
import { checkRedis } from './redis';

const TIMEOUT_MS = 3000;
const LATE = Symbol('late');

const CONNECT =
  'Check that it runs, its address in .env, and that the bot connects the client.';

/** What to do instead, by what Redis answers. */
const ADVICE: readonly [answer: RegExp, advice: string][] = [
  [
    /NOAUTH|WRONGPASS/,
    'Put its user and password into .env, and pass them to the client.',
  ],
  [
    /NOPERM|unknown command/,
    "Allow the client's user this command, and all keys that begin with the `prefix`.",
  ],
  [/READONLY/, 'Have the client connect to the master.'],
  [/\bOOM\b/, 'Raise its `maxmemory`.'],
];

/** Clients such as ioredis wait for all of a cluster. */
const CLUSTER_STATE =
  ' Of a cluster, check that `redis-cli CLUSTER INFO` says `cluster_state:ok`.';

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
  // A client that cannot connect tries again, and says why by events alone.
  let reported: unknown;
  onClientError(store, (error) => (reported ??= error));
  try {
    const finding = await withTimeout(check(store), TIMEOUT_MS, LATE);
    if (finding !== LATE) return finding;
    const reason =
      reported === undefined
        ? ''
        : `: ${withoutCredentials(errorMessage(reported)).replace(/\.$/, '')}`;
    return failed(
      `The store did not answer in ${TIMEOUT_MS / 1000} s${reason}.`,
      adviceOn(reason) + (isCluster(store) ? CLUSTER_STATE : ''),
    );
  } catch (error) {
    const reason = withoutCredentials(errorMessage(error));
    return failed(`The store failed: ${reason}`, adviceOn(reason));
  }
}

function adviceOn(reason: string): string {
  return ADVICE.find(([answer]) => answer.test(reason))?.[1] ?? CONNECT;
}

function isCluster(store: KeyvLike | SharedStore): boolean {
  return store instanceof RedisStore && store.runner.isCluster;
}

function onClientError(
  store: KeyvLike | SharedStore,
  listener: (error: unknown) => void,
): void {
  if (store instanceof RedisStore) {
    // That of a cluster says what its last node said.
    store.runner.onError((error) =>
      listener(getProperty(error, 'lastNodeError') ?? error),
    );
  } else if (!(store instanceof SharedStore)) store.on?.('error', listener);
}

function check(store: KeyvLike | SharedStore): Promise<Finding> {
  if (store instanceof RedisStore) return checkRedis(store);
  return store instanceof SharedStore ? checkShared(store) : checkKeyv(store);
}

/** Reads from a store of another kind. */
async function checkShared(store: SharedStore): Promise<Finding> {
  const begunAt = performance.now();
  await openStore(store, () => {}).leasesOn('0');
  const ms = Math.round(performance.now() - begunAt);
  return ok(`${store.constructor.name}, which is read in ${ms} ms`);
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
