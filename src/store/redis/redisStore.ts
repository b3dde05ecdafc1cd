import createDebug from 'debug';

import { InvalidOptionError } from '../../errors';

const debug = createDebug('bottender:persona');

/** What of `redis`'s `createClient()` (5 or 6) is needed. */
export interface RedisClient {
  sendCommand(args: string[]): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** What `redisStore()` gives: the option `store` of `personas()`. */
export class RedisStore {
  constructor(
    readonly client: RedisClient,
    readonly prefix: string,
  ) {}
}

const listenedTo = new WeakSet<RedisClient>();

/** The command, and options. */
const MOST_PARAMETERS = 2;

const DEFAULT_PREFIX = 'bottender-persona';

/**
 * Keeps what a fleet of processes agrees on in a Redis (6.2 or newer), so that
 * they share one persona for each name and each person, however many they are.
 * Connecting the client, and closing it, is yours.
 *
 * @param client what `createClient()` of the package `redis` gives, version 5 or 6
 * @param options `prefix` begins every key: bots that share a Redis have one each
 * @throws InvalidOptionError for what is no such client, and for a bad prefix
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
  // A cluster's and a Sentinel's take the key, or whether it only reads, before the command.
  if (client.sendCommand.length > MOST_PARAMETERS) {
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
