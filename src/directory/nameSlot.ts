import type { Lease } from '../ephemeral/lease';
import type { Leases } from '../ephemeral/leases';
import type { Slot } from '../ephemeral/personaCreator';
import type { EphemeralPool } from '../ephemeral/pool';
import type { Outcome } from '../graph/graphCall';
import type { Page } from '../graph/page';
import type { PersonaList } from '../graph/personaCalls';
import { invalidResponse } from '../graph/responses';
import type { RetryPolicy } from '../graph/retries';
import type { PersonaProfile } from '../profile';
import { slotOfName, type NamedRecord } from '../store/port';
import { debug } from '../util/debug';

import type { PageList } from './pageList';

const RETRY_POLICY: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  timeoutMs: 5000,
};

/** Personas of earlier profiles that a name keeps track of. */
const MAX_REPLACED = 10;

/** What the list lacks may exist, so nothing is created. */
const UNREADABLE_ENTRIES = invalidResponse(
  'the list of the Page has unreadable entries',
);

export interface KnownPage {
  /** IDs by name; a promise while one is being obtained, shared by all who wait. */
  readonly ids: Map<string, string | Promise<string>>;
  readonly list: PageList;
}

/** A name on a Page: its persona has a lease, or is on the Page's list, or is created. */
export class NameSlot implements Slot<string> {
  readonly key: string;
  readonly isReplacement: boolean;
  readonly retryPolicy = RETRY_POLICY;
  /** Personas that had the name before, with another profile: `sync` deletes them. */
  private replaced: readonly string[] = [];

  constructor(
    private readonly leases: Leases,
    private readonly pool: EphemeralPool,
    private readonly known: KnownPage,
    private readonly page: Page,
    readonly persona: string,
    readonly profile: PersonaProfile,
    /** The ID of the persona that this one replaces. */
    private readonly goneId?: string,
  ) {
    this.key = slotOfName(persona);
    this.isReplacement = goneId !== undefined;
  }

  accepts({ id, record, replaces }: Lease): boolean {
    const isOther = record.name !== this.profile.name;
    this.replaced = isOther ? [id, ...replaces] : replaces;
    return !isOther && id !== this.goneId;
  }

  /** Under the claim no other process creates the persona, so a list without it is certain. */
  async find(lease: Lease): Promise<Outcome<string> | undefined> {
    const { list } = this.known;
    const { epoch } = lease;
    // Without the store nothing is certain.
    let id = epoch === undefined ? this.idOn(list.recent) : undefined;
    if (id === undefined) {
      const read = await list.read(this.page, epoch);
      if (!read.ok) return read;
      id = this.idOn(read.value);
      if (id === undefined) {
        return read.value.isComplete ? undefined : UNREADABLE_ENTRIES;
      }
    }
    const value = await this.record(id, lease, () => void lease.remove());
    return { ok: true, value };
  }

  settle(id: string, lease: Lease): Promise<string> {
    if (lease.isJoined) {
      // The lease of a name is not renewed.
      lease.abandon();
      return Promise.resolve(id);
    }
    this.log('created %o for the name %o on the Page %s: %s', id);
    return this.record(id, lease, () => {
      lease.record.id = id;
      this.pool.endSurplus(lease);
    });
  }

  /** An answer that comes too late for its message serves the next one. */
  onLate(id: string): void {
    const { ids } = this.known;
    if (!ids.has(this.persona)) ids.set(this.persona, id);
  }

  /** @param endClaim called if another process has settled the name with another persona */
  private record(
    id: string,
    lease: Lease,
    endClaim: () => void,
  ): Promise<string> {
    const { known, persona, profile } = this;
    const replaces = this.replaced
      .filter((each) => each !== id && each !== this.goneId)
      .slice(0, MAX_REPLACED);
    const record: NamedRecord = { ...profile, id };
    if (replaces.length > 0) record.replaces = replaces;
    return this.leases.settle(lease, record, (otherId) => {
      known.ids.set(persona, otherId);
      endClaim();
    });
  }

  private idOn(list: PersonaList | undefined): string | undefined {
    const id = list?.personas.find(
      (each) => each.name === this.profile.name && each.id !== this.goneId,
    )?.id;
    if (id === undefined) return undefined;
    this.log('found %o for the name %o on the list of the Page %s: %s', id);
    return id;
  }

  private log(format: string, id: string): void {
    debug(format, this.profile.name, this.persona, this.page.id, id);
  }
}
