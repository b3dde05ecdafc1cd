/** What an iterator gives: `[key, value]`, one after the other. @inline */
export type Entries =
  AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>;

interface Readable {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** Keyv tells of most failures by an `error` event rather than by rejecting. */
  on?: (event: 'error', listener: (error: unknown) => void) => unknown;
}

/**
 * Where leases and the directory's IDs are kept: what a Keyv (5 or 6) has of
 * `get`, `set`, `delete` and `iterator`.
 *
 * @see https://keyv.org
 */
export interface PersonaStore extends Readable {
  /** All entries of the store's namespace, as `[key, value]`. */
  iterator: (namespace?: never) => Entries;
}

/**
 * A Keyv 5 as its types describe it: they do not tell whether it can be
 * iterated, which depends on its adapter. `personas()` refuses one that cannot.
 */
export interface UncheckedKeyv extends Readable {
  iterator?: PersonaStore['iterator'];
  deserializeData(data: string): Promise<unknown>;
}
