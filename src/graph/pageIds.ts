import { createHash } from 'node:crypto';

import type { MessengerClient } from 'bottender';

import type { UnknownPageError } from '../errors';
import { evictOldest } from '../util/evictOldest';

import { Backoff } from './backoff';

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
    client: MessengerClient,
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
  known(client: MessengerClient): string | undefined {
    const id = this.ids.get(digestOf(client));
    return typeof id === 'string' ? id : undefined;
  }

  private set(key: string, id: string | Promise<string>): void {
    this.ids.delete(key);
    this.ids.set(key, id);
    evictOldest(this.ids, MAX_TOKENS);
  }
}

/** Includes the origin, because an emulator may use the same token as Messenger. */
function digestOf(client: MessengerClient): string {
  return createHash('sha256')
    .update(`${originOf(client)}\n${client.accessToken}`)
    .digest('base64');
}

/** Without the version of the API. */
export function originOf({ axios }: MessengerClient): string | undefined {
  // Mocks may have no axios.
  const transport: Partial<typeof axios> | undefined = axios;
  const url = transport?.defaults?.baseURL;
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : url;
}
