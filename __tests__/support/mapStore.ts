import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';

/** What a Keyv is to the plugin, over a Map. */
export class MapStore implements KeyvLike {
  private readonly entries = new Map<string, unknown>();

  get(key: string): Promise<unknown> {
    return Promise.resolve(this.entries.get(key));
  }

  set(key: string, value: unknown): Promise<true> {
    this.entries.set(key, value);
    return Promise.resolve(true);
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.entries.delete(key));
  }

  /** What is in it, by key. */
  all(): Map<string, unknown> {
    return new Map(this.entries);
  }
}
