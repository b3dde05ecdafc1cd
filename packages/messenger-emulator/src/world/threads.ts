import { BoundedMap } from '../values/boundedMap';

/** The app ID of every Page's inbox: docs/messenger-facts.md#page-inbox */
export const PAGE_INBOX = '263902037430900';

const THREADS_KEPT = 10_000;

/** Which app controls each conversation; by default the bot's. */
export class Threads {
  readonly #others = new BoundedMap<string>(THREADS_KEPT);

  constructor(private readonly appId: string) {}

  owner(pageId: string, psid: string): string {
    return this.#others.get(`${pageId}/${psid}`) ?? this.appId;
  }

  isOurs(pageId: string, psid: string): boolean {
    return this.owner(pageId, psid) === this.appId;
  }

  clear(): void {
    this.#others.clear();
  }

  pass(pageId: string, psid: string, appId: string): void {
    const key = `${pageId}/${psid}`;
    if (appId === this.appId) this.#others.delete(key);
    else this.#others.set(key, appId);
  }
}
