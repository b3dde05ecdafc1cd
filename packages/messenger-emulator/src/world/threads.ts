/** Which app speaks in which conversation; this one unless it has passed the thread on. */
export class Threads {
  readonly #passedTo = new Map<string, string>();

  constructor(private readonly appId: string) {}

  owner(pageId: string, psid: string): string {
    return this.#passedTo.get(`${pageId}/${psid}`) ?? this.appId;
  }

  isOurs(pageId: string, psid: string): boolean {
    return this.owner(pageId, psid) === this.appId;
  }

  pass(pageId: string, psid: string, appId: string): void {
    this.#passedTo.set(`${pageId}/${psid}`, appId);
  }

  take(pageId: string, psid: string): void {
    this.#passedTo.delete(`${pageId}/${psid}`);
  }
}
