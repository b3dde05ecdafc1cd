import { createHash, randomUUID } from 'node:crypto';

import type { UnknownPageError } from '../errors';
import { evictOldest } from '../util/evictOldest';
import { textOrNone } from '../util/values';

import { Backoff } from './backoff';
import type { GraphClient } from './graphClient';

const MAX_TOKENS = 1000;

/**
 * Page IDs by access token, because a bot with several Pages creates a client
 * for each event. Keys are digests, so that no token is kept.
 */
export class PageIds {
  /** The most recently used entry is last. */
  private readonly ids = new Map<string, string | Promise<string>>();
  private readonly failures = new Backoff<UnknownPageError>();

  /**
   * The Page ID of this client's token. Concurrent callers share one call of
   * `ask`; after a failure it is not called for a while.
   *
   * @throws UnknownPageError while backing off, the same one each time
   */
  of(
    client: GraphClient,
    ask: () => Promise<string>,
  ): string | Promise<string> {
    const key = digestOf(client);
    const failure = this.failures.waiting(key);
    if (failure) throw failure;
    const known = this.ids.get(key);
    const id = known ?? ask();
    this.set(key, id);
    if (known === undefined && id instanceof Promise) {
      id.then(
        (answered) => this.set(key, answered),
        (error: UnknownPageError) => {
          this.ids.delete(key);
          this.failures.failed(key, error);
        },
      );
    }
    return id;
  }

  /** The Page ID, if an earlier `of` has resolved to it. */
  known(client: GraphClient): string | undefined {
    return textOrNone(this.ids.get(digestOf(client)));
  }

  private set(key: string, id: string | Promise<string>): void {
    this.ids.delete(key);
    this.ids.set(key, id);
    evictOldest(this.ids, MAX_TOKENS);
  }
}

/** What clients without a token are known by. */
const ownKeys = new WeakMap<object, string>();

/** Includes the origin, because an emulator may use the same token as Messenger. */
function digestOf(client: GraphClient): string {
  const { accessToken = ownKey(client) } = client;
  return createHash('sha256')
    .update(`${originOf(client)}\n${accessToken}`)
    .digest('base64');
}

function ownKey(client: GraphClient): string {
  const key = ownKeys.get(client) ?? randomUUID();
  ownKeys.set(client, key);
  return key;
}

/** Without the version of the API. */
export function originOf({ axios }: GraphClient): string | undefined {
  const url = axios?.defaults?.baseURL;
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : url;
}
