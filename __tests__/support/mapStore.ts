import type { PersonaStore } from '../../src/store/keyv/keyv';

/** What a Keyv is to the plugin, over a Map. */
export class MapStore implements PersonaStore {
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

  iterator(): Iterable<[string, unknown]> {
    return this.entries;
  }
}
