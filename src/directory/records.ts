import type { PersonaError } from '../errors';
import type { ReportCleanup } from '../ephemeral/leases';
import type { PersonaProfile } from '../profile';
import type { GuardedStore } from '../store/guardedStore';

/** What the store keeps of a name on a Page. */
export interface NamedRecord extends PersonaProfile {
  id: string;
}

/** The directory's IDs as the store keeps them, across processes. Without the store it goes on too. */
export class Records {
  constructor(
    private readonly store: GuardedStore,
    private readonly report: ReportCleanup,
  ) {}

  /** Never rejects. */
  async get(pageId: string, name: string): Promise<NamedRecord | undefined> {
    try {
      const record = await this.store.get(keyPrefix(pageId) + name);
      return isRecord(record) ? record : undefined;
    } catch (error) {
      this.report(error as PersonaError, null);
      return undefined;
    }
  }

  /** Never rejects. */
  async set(pageId: string, name: string, record: NamedRecord): Promise<void> {
    try {
      await this.store.set(keyPrefix(pageId) + name, record);
    } catch (error) {
      this.report(error as PersonaError, null);
    }
  }

  /** @throws PersonaStoreError */
  async idsOn(pageId: string): Promise<string[]> {
    const stored = await this.store.entries(keyPrefix(pageId));
    return stored.flatMap(([, record]) => (isRecord(record) ? record.id : []));
  }
}

function keyPrefix(pageId: string): string {
  return `directory:${pageId}:`;
}

function isRecord(value: unknown): value is NamedRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}
