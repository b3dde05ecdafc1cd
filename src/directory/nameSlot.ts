import type { Lease } from '../ephemeral/lease';
import type { Leases } from '../ephemeral/leases';
import type { Slot } from '../ephemeral/personaCreator';
import type { Outcome } from '../graph/graphCall';
import type { Page } from '../graph/page';
import { personaState, type PersonaList } from '../graph/personaCalls';
import { invalidResponse } from '../graph/responses';
import type { RetryPolicy } from '../graph/retries';
import type { PersonaProfile } from '../profile';
import type { NamedRecord } from '../store/port';
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
  /** IDs that are gone from the Page, whatever the store says. */
  readonly gone: Set<string>;
  readonly list: PageList;
}

export interface NameServices {
  readonly leases: Leases;
  /** Deletes a persona that this process created while another one settled the name. */
  readonly endSurplus: (surplus: Lease) => void;
}

/** A name on a Page: its persona is recorded in the store, or on the Page's list, or created. */
export class NameSlot implements Slot<string> {
  readonly key: string;
  readonly retryPolicy = RETRY_POLICY;
  private storedId: string | undefined;
  /** Personas that had the name before, with another profile: `sync` deletes them. */
  private replaced: string[] = [];

  constructor(
    private readonly services: NameServices,
    private readonly known: KnownPage,
    private readonly page: Page,
    readonly persona: string,
    readonly profile: PersonaProfile,
    readonly isReplacement: boolean,
  ) {
    this.key = `name:${persona}`;
  }

  async find(lease?: Lease): Promise<Outcome<string> | undefined> {
    const found = lease ? await this.findUnder(lease) : await this.findRecent();
    if (!found.ok) return found;
    if (found.value === undefined) return undefined;
    return { ok: true, value: await this.use(found.value, lease) };
  }

  settle(id: string, lease: Lease): Promise<string> {
    if (lease.isJoined) return this.use(id, lease);
    this.log('created %o for the name %o on the Page %s: %s', id);
    return this.record(id, lease);
  }

  /** An answer that comes too late for its message serves the next one. */
  onLate(id: string): void {
    const { ids } = this.known;
    if (!ids.has(this.persona)) ids.set(this.persona, id);
  }

  private async findRecent(): Promise<Outcome<string | undefined>> {
    const { page, known, isReplacement } = this;
    for (;;) {
      const id = (await this.readStored()) ?? this.idOn(known.list.recent);
      if (id === undefined || !isReplacement) return { ok: true, value: id };
      // Asking costs a call.
      const state = await personaState(page, id);
      if (state !== 'gone') return { ok: true, value: id };
      known.gone.add(id);
    }
  }

  /** Under the claim no other process creates the persona, so a list without it is certain. */
  private async findUnder({
    claim,
    isShared,
  }: Lease): Promise<Outcome<string | undefined>> {
    // Read together with the epoch, in case the store loses its data in between.
    const recorded = this.usable(claim?.record);
    if (recorded !== undefined) return { ok: true, value: recorded };
    const { list } = this.known;
    const read = await list.read(this.page, claim?.epoch);
    if (!read.ok) return read;
    const listed = this.idOn(read.value);
    if (listed !== undefined) return { ok: true, value: listed };
    if (!read.value.isComplete) return UNREADABLE_ENTRIES;
    // A process that was stopped may have settled it while the list was read.
    const stored = isShared ? await this.readStored() : undefined;
    return { ok: true, value: stored };
  }

  private async use(id: string, lease: Lease | undefined): Promise<string> {
    const used = id === this.storedId ? id : await this.record(id);
    await lease?.remove();
    return used;
  }

  /** Records the ID, unless another process was first: then its persona is the name's. */
  private async record(id: string, lease?: Lease): Promise<string> {
    const { page, persona: name, profile, services, storedId } = this;
    const replaces = this.replaced
      .filter((each) => each !== id && !this.known.gone.has(each))
      .slice(0, MAX_REPLACED);
    const record: NamedRecord = { ...profile, id };
    if (replaces.length > 0) record.replaces = replaces;
    const recorded = await services.leases.settle(
      page,
      { name, record, seenId: storedId },
      lease,
      (other) => {
        this.known.ids.set(name, other.id);
        if (!lease) return;
        lease.record.id = id;
        services.endSurplus(lease);
      },
    );
    return recorded.id;
  }

  private async readStored(): Promise<string | undefined> {
    const { leases } = this.services;
    return this.usable(await leases.nameOn(this.page, this.persona));
  }

  private usable(stored: NamedRecord | undefined): string | undefined {
    this.storedId = stored?.id;
    if (!stored) return undefined;
    const { id, name, replaces = [] } = stored;
    const isOther = name !== this.profile.name;
    this.replaced = isOther ? [id, ...replaces] : replaces;
    if (isOther) return undefined;
    return this.known.gone.has(stored.id) ? undefined : stored.id;
  }

  private idOn(list: PersonaList | undefined): string | undefined {
    const { profile, known } = this;
    const id = list?.personas.find(
      (each) => each.name === profile.name && !known.gone.has(each.id),
    )?.id;
    if (id === undefined) return undefined;
    this.log('found %o for the name %o on the list of the Page %s: %s', id);
    return id;
  }

  private log(format: string, id: string): void {
    debug(format, this.profile.name, this.persona, this.page.id, id);
  }
}
