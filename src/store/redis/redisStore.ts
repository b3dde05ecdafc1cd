import { InvalidOptionError } from '../../errors';
import { isOptions } from '../../util/values';
import type { BrokenValues } from '../broken';
import type { ConversationStore } from '../conversations';
import type { StorePort } from '../port';
import { SharedStore } from '../sharedStore';

import { scriptRunner, type RedisClient, type ScriptRunner } from './clients';
import { RedisConversations } from './redisConversations';
import { RedisPort } from './redisPort';
import { Scripts } from './scripts';

/** Created by `redisStore()`, for the option `store` of `personas()`. */
export class RedisStore extends SharedStore {
  /**
   * Shared by all that use this store.
   *
   * @internal
   */
  readonly scripts: Scripts;

  constructor(
    /** @internal */
    readonly runner: ScriptRunner,
    readonly prefix: string,
  ) {
    super();
    this.scripts = new Scripts(runner, prefix);
  }

  /** @internal */
  override openPort(broken: BrokenValues): StorePort {
    return new RedisPort(this.scripts.reportingTo(broken), broken);
  }

  /** @internal */
  override openConversations(
    broken: BrokenValues,
    lapseMs: number,
  ): ConversationStore {
    return new RedisConversations(this.scripts.reportingTo(broken), lapseMs);
  }
}

const DEFAULT_PREFIX = 'bottender-persona';

/**
 * Stores personas in a Redis (6.2 or newer) or a Valkey, so that any number of
 * processes share one persona for each name and each person. You connect and
 * close the client.
 *
 * @param client of the package `redis` (5 or 6), `ioredis` (4, 5 or 6) or
 *   `iovalkey`, also of a cluster or with Sentinel; or `{ sendCommand(args, { key }) }`
 * @param options `prefix` begins every key: bots that share a Redis need one each
 * @throws InvalidOptionError for another kind of client, and for a bad prefix
 * @example redisStore(new Redis(), { prefix: 'my-bot' })
 */
export function redisStore(
  client: RedisClient,
  options: { prefix?: string | undefined } = {},
): RedisStore {
  const runner = scriptRunner(client);
  if (!runner) {
    throw new InvalidOptionError(
      'redisStore() takes a client of the package "redis", version 5 or 6 (by createClient(), createClientPool(), createCluster() or createSentinel()), ' +
        'a client of ioredis or iovalkey (a Redis or a Cluster), or { sendCommand(args, { key }) }. Pass one of these.',
    );
  }
  if (!isOptions(options)) {
    throw new InvalidOptionError(
      `The options of redisStore() must be an object, such as { prefix: 'my-bot' }.`,
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
  return new RedisStore(runner, prefix);
}
