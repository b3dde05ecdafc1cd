import { InvalidOptionError } from '../../errors';
import { debug } from '../../util/debug';

/** The methods of a client of the package `redis` (5 or 6) that are called. */
export interface RedisClient {
  sendCommand(args: string[]): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** Created by `redisStore()`, for the option `store` of `personas()`. */
export class RedisStore {
  constructor(
    readonly client: RedisClient,
    readonly prefix: string,
  ) {}
}

const listenedTo = new WeakSet<RedisClient>();

/** Of `sendCommand`: the command, and options. */
const MAX_PARAMETERS = 2;
const DEFAULT_PREFIX = 'bottender-persona';

/**
 * Stores personas in a Redis (6.2 or newer), so that any number of processes
 * share one persona for each name and each person. You connect and close the client.
 *
 * @param client created by `createClient()` of the package `redis`, version 5 or 6
 * @param options `prefix` begins every key: bots that share a Redis need one each
 * @throws InvalidOptionError for another kind of client, and for a bad prefix
 * @see https://github.com/redis/node-redis
 */
export function redisStore(
  client: RedisClient,
  options: { prefix?: string | undefined } = {},
): RedisStore {
  if (
    typeof (client as Partial<RedisClient> | null)?.sendCommand !==
      'function' ||
    typeof client.on !== 'function'
  ) {
    throw new InvalidOptionError(
      'redisStore() takes a client of the package "redis": redisStore(createClient({ url })).',
    );
  }
  // A cluster's and a Sentinel's client take another parameter first.
  if (client.sendCommand.length > MAX_PARAMETERS) {
    throw new InvalidOptionError(
      'redisStore() takes the client of one Redis, by createClient({ url }) or createClientPool(), not of a cluster or of Sentinel.',
    );
  }
  const unknown = Object.keys(options).find((key) => key !== 'prefix');
  if (unknown !== undefined) {
    throw new InvalidOptionError(
      `redisStore() has no option "${unknown}"; it has "prefix".`,
    );
  }
  const { prefix = DEFAULT_PREFIX } = options;
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    throw new InvalidOptionError(
      'The option "prefix" of redisStore() must be a text without braces, such as "my-bot".',
    );
  }
  // Without a listener the client would end the process when Redis goes away.
  if (!listenedTo.has(client)) {
    listenedTo.add(client);
    client.on('error', (error) =>
      debug('redis: %s', error instanceof Error ? error.name : typeof error),
    );
  }
  return new RedisStore(client, prefix);
}
