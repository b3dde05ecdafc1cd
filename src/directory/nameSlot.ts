import type { EphemeralPersonaUse } from '../ephemeral/ephemeralSlot';
import type { Lease } from '../ephemeral/lease';
import type { Leases, ReportCleanup } from '../ephemeral/leases';
import type { Lookup, Slot } from '../ephemeral/personaCreator';
import type { PersonaError } from '../errors';
import type { Outcome } from '../graph/graphCall';
import type { Page } from '../graph/page';
import type { PersonaList } from '../graph/personaCalls';
import type { RetryPolicy } from '../graph/retries';
import type { PersonaProfile } from '../profile';
import type { NamedRecord, StorePort } from '../store/port';
import { debug } from '../util/debug';

import type { PageList } from './pageList';

/** A customer waits for it. A creation that takes longer serves the next message. */
const RETRY_POLICY: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  timeoutMs: 5000,
};

/** What the list lacks may exist, so nothing is created. */
const UNREADABLE_ENTRIES: Outcome<never> = {
  ok: false,
  failure: {
    status: 200,
    message: 'the list of the Page has unreadable entries',
  },
};

/** What this process knows of one Page. */
export interface KnownPage {
  /** IDs by name; a promise while one is being obtained, shared by all who wait. */
  readonly ids: Map<string, string | Promise<string>>;
  /** IDs that are gone from the Page, whatever the store says. */
  readonly gone: Set<string>;
  readonly list: PageList;
}

/** What names need besides the Page. */
export interface NameServices {
  readonly store: StorePort;
  readonly leases: Leases;
  readonly report: ReportCleanup;
  /** Deletes a persona that this process created while another one settled the name. */
  readonly endSurplus: (
    page: Page,
    profile: PersonaProfile,
    surplus: EphemeralPersonaUse,
  ) => void;
}

/** A name of the directory on a Page: its persona is recorded in the store, or on the Page's list, or created. */
export class NameSlot implements Slot<string>, Lookup<string> {
  readonly key: string;
  readonly persona: string;
  readonly retryPolicy = RETRY_POLICY;
  readonly lookup = this;
  /** The ID that the store has, whether it is of use or not. */
  private storedId: string | undefined;

  constructor(
    private readonly services: NameServices,
    private readonly known: KnownPage,
    private readonly page: Page,
    name: string,
    readonly profile: PersonaProfile,
    readonly isReplacement: boolean,
  ) {
    this.key = `name:${name}`;
    this.persona = name;
  }

  /** Before the claim a recent list will do, for what is on it. Under the claim no other process creates the persona, so a list without it is certain. */
  async find(
    lease: Lease | undefined,
    isGivenUp: () => boolean,
  ): Promise<Outcome<string | undefined>> {
    const { list } = this.known;
    if (!lease) {
      const id = (await this.readStored()) ?? this.idOn(list.recent);
      return { ok: true, value: id };
    }
    const { claim } = lease;
    // Read together with the epoch, in case the store loses its data in between.
    const recorded = this.usable(claim?.record);
    if (recorded !== undefined) return { ok: true, value: recorded };
    const read = await list.read(this.page, claim?.epoch, isGivenUp);
    if (!read.ok) return read;
    const listed = this.idOn(read.value);
    if (listed !== undefined) return { ok: true, value: listed };
    if (!read.value.isComplete) return UNREADABLE_ENTRIES;
    // A process that was stopped may have settled it while the list was read.
    const stored = lease.isShared ? await this.readStored() : undefined;
    return { ok: true, value: stored };
  }

  exclude(id: string): void {
    this.known.gone.add(id);
  }

  async use(id: string, lease: Lease | undefined): Promise<string> {
    const used = id === this.storedId ? id : await this.record(id);
    await lease?.remove();
    return used;
  }

  settle(id: string, lease: Lease, isOwn: boolean): Promise<string> {
    if (!isOwn) return this.use(id, lease);
    debug(
      'made %o for the name %o on the Page %s: %s',
      this.profile.name,
      this.persona,
      this.page.id,
      id,
    );
    return this.record(id, lease);
  }

  /** An answer that no one waits for any more serves the next message. */
  onLate(id: string): void {
    const { ids } = this.known;
    if (!ids.has(this.persona)) ids.set(this.persona, id);
  }

  /** Records the ID, unless another process was first: then its persona is the name's. */
  private async record(id: string, lease?: Lease): Promise<string> {
    const { known, page, profile, persona: name, services } = this;
    const recorded = await services.leases.settle(
      {
        page,
        name,
        record: { ...profile, id },
        seenId: this.storedId,
        lease,
      },
      (other) => {
        known.ids.set(name, other.id);
        if (!lease) return;
        lease.record.id = id;
        services.endSurplus(page, profile, { id, lease, isOwn: true });
      },
    );
    return recorded.id;
  }

  private async readStored(): Promise<string | undefined> {
    const { store, report } = this.services;
    try {
      const stored = await store.nameOn(this.page.id, this.persona);
      return this.usable(stored);
    } catch (error) {
      report(error as PersonaError, null);
      return undefined;
    }
  }

  private usable(stored: NamedRecord | undefined): string | undefined {
    this.storedId = stored?.id;
    const isUsable =
      stored?.name === this.profile.name && !this.known.gone.has(stored.id);
    return isUsable ? stored.id : undefined;
  }

  private idOn(list: PersonaList | undefined): string | undefined {
    const { known, page, profile, persona } = this;
    const found = list?.personas.find(
      ({ id, name }) => name === profile.name && !known.gone.has(id),
    );
    if (found) {
      debug(
        'found %o for the name %o on the list of the Page %s: %s',
        profile.name,
        persona,
        page.id,
        found.id,
      );
    }
    return found?.id;
  }
}
