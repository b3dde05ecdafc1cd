import { createHash } from 'node:crypto';

import type { MessengerClient } from 'bottender';

/** So many tokens are remembered; the one that was longest unused goes. */
const MOST = 1000;

/**
 * Page IDs by access token, as a bot with several Pages makes a new client for
 * each event. A token is known by its digest, so that none is kept.
 */
export class PageIds {
  private readonly ids = new Map<string, Promise<string>>();

  /** The Page of this client's token: as known, else as `ask` tells, for all who want to know meanwhile. */
  of(client: MessengerClient, ask: () => Promise<string>): Promise<string> {
    const key = digestOf(client);
    const id = this.ids.get(key) ?? ask();
    this.ids.delete(key);
    this.ids.set(key, id);
    for (const oldest of this.ids.keys()) {
      if (this.ids.size <= MOST) break;
      this.ids.delete(oldest);
    }
    id.catch(() => {
      // A failure is not remembered.
      if (this.ids.get(key) === id) this.ids.delete(key);
    });
    return id;
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
