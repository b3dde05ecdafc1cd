import type { MessengerClient } from 'bottender';
import type { AxiosRequestConfig } from 'axios';

const CREATION_MS = 800;
const DELETION_MS = 200;

/** A Page on a simulated Messenger, which counts calls and answers with a delay. */
export class CountedPage {
  readonly id = '100000000000001';
  calls = 0;
  readonly alive = new Set<string>();
  mostAlive = 0;
  made = 0;

  /** A client of the Page. Once its process is dead, it gets no answers. */
  client(isDead: () => boolean): MessengerClient {
    const request = async ({ method, url = '' }: AxiosRequestConfig) => {
      this.calls += 1;
      await passed(method === 'POST' ? CREATION_MS : DELETION_MS);
      const data = this.answer(method, url);
      return isDead() ? new Promise(() => {}) : { status: 200, data };
    };
    const client = { accessToken: 'token', axios: { request } };
    // The library needs only this of a client.
    return client as unknown as MessengerClient;
  }

  private answer(method: string | undefined, url: string): object {
    if (method === 'POST') {
      this.made += 1;
      const id = String(this.made);
      this.alive.add(id);
      this.mostAlive = Math.max(this.mostAlive, this.alive.size);
      return { id };
    }
    if (method === 'DELETE') {
      this.alive.delete(/\d+/.exec(url)?.[0] ?? '');
      return { success: true };
    }
    return url.startsWith('/me?')
      ? { id: this.id, name: 'Page' }
      : { data: [] };
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
