import { createHash } from 'node:crypto';

import type { MessengerClient } from 'bottender';

import type { UnknownPageError } from '../errors';
import { evictOldest } from '../util/evictOldest';

import { Backoff } from './backoff';

/** So many tokens are remembered; the one that was longest unused goes. */
const MOST = 1000;

/**
 * Page IDs by access token, as a bot with several Pages makes a new client for
 * each event. A token is known by its digest, so that none is kept.
 */
export class PageIds {
  private readonly ids = new Map<string, string | Promise<string>>();
  private readonly failures = new Backoff<UnknownPageError>();

  /**
   * The Page of this client's token: as known, else as `ask` tells, for all who
   * want to know meanwhile. After a failure `ask` is not called for a while.
   *
   * @throws UnknownPageError, the same one until it may be asked again
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
    this.keep(key, id);
    if (known === undefined && id instanceof Promise) {
      id.then(
        (answered) => this.keep(key, answered),
        (error: UnknownPageError) => {
          this.ids.delete(key);
          this.failures.failed(key, error);
        },
      );
    }
    return id;
  }

  private keep(key: string, id: string | Promise<string>): void {
    this.ids.delete(key);
    this.ids.set(key, id);
    evictOldest(this.ids, MOST);
  }

  /** The Page, where it is known without asking. */
  known(client: MessengerClient): string | undefined {
    const id = this.ids.get(digestOf(client));
    return typeof id === 'string' ? id : undefined;
  }
}

/** Tokens of two platforms that are called the same, a real one and an emulator say, are two. */
function digestOf({ axios, accessToken }: MessengerClient): string {
  // A client that stands in for the real one in a test may have no axios.
  const transport: Partial<typeof axios> | undefined = axios;
  const origin = transport?.defaults?.baseURL;
  return createHash('sha256')
    .update(`${origin}\n${accessToken}`)
    .digest('base64');
}
