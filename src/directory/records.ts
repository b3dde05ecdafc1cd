import { isId } from '../messenger/answers';
import type { PersonaProfile } from '../profile';
import { fieldsOf, isIds, readProfile } from '../store/fields';
import type { GuardedStore } from '../store/guardedStore';

/**
 * What the store keeps of a name on a Page: its persona's ID, and the profile
 * that was sent. Messenger lists another URL for the picture, so only this
 * tells whether the picture has changed since.
 */
export interface NamedRecord extends PersonaProfile {
  id: string;
  /** IDs of personas that this one took the place of and that may not be deleted yet. */
  replaces?: string[];
}

/** The directory's IDs as the store keeps them, across processes. Each method may reject with PersonaStoreError. */
export class DirectoryRecords {
  constructor(private readonly store: GuardedStore) {}

  async get(pageId: string, name: string): Promise<NamedRecord | undefined> {
    const key = keyPrefix(pageId) + name;
    const value = await this.store.get(key);
    return value === undefined ? undefined : this.read(key, value);
  }

  set(pageId: string, name: string, record: NamedRecord): Promise<void> {
    return this.store.set(keyPrefix(pageId) + name, record);
  }

  async delete(pageId: string, name: string): Promise<void> {
    await this.store.delete(keyPrefix(pageId) + name);
  }

  /** All records of a Page, by name; those that the directory has no more are among them. */
  async on(pageId: string): Promise<Map<string, NamedRecord>> {
    const prefix = keyPrefix(pageId);
    const records = new Map<string, NamedRecord>();
    for (const [key, value] of await this.store.entries(prefix)) {
      const record = this.read(key, value);
      if (record) records.set(key.slice(prefix.length), record);
    }
    return records;
  }

  private read(key: string, value: unknown): NamedRecord | undefined {
    const record = readRecord(value);
    if (!record) this.store.broken(key);
    return record;
  }
}

function keyPrefix(pageId: string): string {
  return `directory:${pageId}:`;
}

function readRecord(value: unknown): NamedRecord | undefined {
  const fields = fieldsOf(value);
  const profile = readProfile(fields);
  const { id, replaces } = fields;
  if (!profile || !isId(id)) return undefined;
  if (replaces === undefined) return { ...profile, id };
  return isIds(replaces) ? { ...profile, id, replaces } : undefined;
}
