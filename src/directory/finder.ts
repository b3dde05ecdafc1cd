import { debug } from '../util/debug';
import type { MadePersona } from '../ephemeral/creation';
import type { Lease } from '../ephemeral/lease';
import type { Leases, ReportCleanup } from '../ephemeral/leases';
import { PersonaRefusedError, type PersonaError } from '../errors';
import type { Outcome } from '../graph/call';
import { mayHaveHappened } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { createPersona } from '../graph/personaCalls';
import { NO_ANSWER, sleep, withRetries, type Patience } from '../graph/retries';
import type { PersonaProfile } from '../profile';
import type { PersonaStats } from '../stats';
import type { NamedRecord, StorePort } from '../store/port';

import type { PageList } from './pageList';

/** A customer waits meanwhile. What takes longer goes on, for the sends that follow. */
const PATIENCE: Patience = { tries: 3, firstWaitMs: 200, withinMs: 5000 };
/** So often it is looked whether another process has made the persona. */
const LOOK_EVERY_MS = 100;

/** What is not seen there may be there all the same, so nothing is made. */
const WITH_HOLES: Outcome<never> = {
  ok: false,
  failure: {
    status: 200,
    message: 'the list of the Page has unreadable entries',
  },
};

/** What this process knows of one Page. */
export interface Known {
  /** IDs by name; a promise while one is being found out, for all who wait. */
  readonly ids: Map<string, string | Promise<string>>;
  /** IDs that Messenger does not know any more, whatever the store says. */
  readonly gone: Set<string>;
  /** Names of which a persona may have been made since the list was asked for. */
  readonly unsure: Set<string>;
  readonly list: PageList;
}

export type EndSurplus = (
  page: Page,
  profile: PersonaProfile,
  made: MadePersona,
) => void;

/** A name whose persona is looked for, on a Page. */
interface Wanted {
  readonly known: Known;
  readonly page: Page;
  readonly name: string;
  readonly profile: PersonaProfile;
  /** What the store has, and is of no use. */
  readonly seenId: string | undefined;
  /** The intent that it is made under, while it is. */
  underWay?: Lease | undefined;
}

/** Finds or makes the persona of a name, once a Page, however many processes want it. */
export class NameFinder {
  constructor(
    private readonly store: StorePort,
    private readonly leases: Leases,
    private readonly report: ReportCleanup,
    private readonly endSurplus: EndSurplus,
    private readonly stats: PersonaStats,
  ) {}

  /** @throws PersonaRefusedError */
  async find(
    known: Known,
    page: Page,
    name: string,
    profile: PersonaProfile,
  ): Promise<string> {
    const stored = await this.stored(page, name);
    const wanted: Wanted = { known, page, name, profile, seenId: stored?.id };
    if (isUsable(stored, wanted)) return stored.id;
    const outcome = await withRetries(
      (isGivenUp) => this.findOrWait(wanted, isGivenUp),
      PATIENCE,
    );
    if (outcome.ok) return outcome.value;
    if (wanted.underWay) this.leases.unclaim(wanted.underWay);
    throw new PersonaRefusedError('not-made', name, page.id, outcome.failure);
  }

  /** Where another process is making it, looks until it has. */
  private async findOrWait(
    wanted: Wanted,
    isGivenUp: () => boolean,
  ): Promise<Outcome<string>> {
    for (;;) {
      const tried = await this.findOrMake(wanted, isGivenUp);
      if (tried !== NO_ANSWER || isGivenUp()) return tried;
      await sleep(LOOK_EVERY_MS);
      const stored = await this.stored(wanted.page, wanted.name);
      if (isUsable(stored, wanted)) return { ok: true, value: stored.id };
    }
  }

  private async findOrMake(
    wanted: Wanted,
    isGivenUp: () => boolean,
  ): Promise<Outcome<string>> {
    const { known, page, name } = wanted;
    const isUnsure = known.unsure.delete(name);
    if (isUnsure) known.list.forget();
    const found = await this.listed(wanted, isGivenUp);
    if (!found.ok) return found;
    if (found.value !== undefined) return this.write(wanted, found.value);
    if (isGivenUp()) return NO_ANSWER;
    const slot = `name:${name}`;
    const lease = await this.leases.take(page, wanted.profile, slot);
    // Another process is making it.
    if (!lease) return NO_ANSWER;
    // Whoever meant to make it may have done so before it ended.
    const again = lease.tookOver && !isUnsure;
    return this.make(wanted, lease, isGivenUp, again);
  }

  /** The ID that the Page's list has for the name; `undefined` where it certainly has none. */
  private async listed(
    { known, page, name, profile }: Wanted,
    isGivenUp: () => boolean,
  ): Promise<Outcome<string | undefined>> {
    const list = await known.list.get(page, isGivenUp);
    if (!list.ok) return list;
    const { personas, isComplete } = list.value;
    const found = personas.find(
      (listed) => listed.name === profile.name && !known.gone.has(listed.id),
    );
    if (found) {
      debug(
        'found %o for the name %o on the list of the Page %s: %s',
        profile.name,
        name,
        page.id,
        found.id,
      );
    }
    if (found || isGivenUp() || isComplete) {
      return { ok: true, value: found?.id };
    }
    known.list.forget();
    return WITH_HOLES;
  }

  /** Makes it under this process's intent, unless another one has made it before. */
  private async make(
    wanted: Wanted,
    lease: Lease,
    isGivenUp: () => boolean,
    listAgain: boolean,
  ): Promise<Outcome<string>> {
    const { known, page, name, profile } = wanted;
    if (lease.isShared) {
      const stored = await this.stored(page, name);
      if (isUsable(stored, wanted)) {
        await lease.end();
        return { ok: true, value: stored.id };
      }
    }
    if (listAgain) {
      known.list.forget();
      const found = await this.listed(wanted, isGivenUp);
      const id = found.ok ? found.value : undefined;
      if (!found.ok || id !== undefined || isGivenUp()) {
        await this.leases.leave(lease);
        if (!found.ok) return found;
        return id === undefined ? NO_ANSWER : this.write(wanted, id);
      }
    }
    known.unsure.add(name);
    wanted.underWay = lease;
    const created = await createPersona(page, profile);
    wanted.underWay = undefined;
    if (created.ok) {
      known.unsure.delete(name);
      this.stats.made += 1;
      debug(
        'made %o for the name %o on the Page %s: %s',
        profile.name,
        name,
        page.id,
        created.value,
      );
      return this.write(wanted, created.value, lease);
    }
    if (mayHaveHappened(created.failure)) await this.leases.leave(lease);
    else {
      known.unsure.delete(name);
      await lease.end();
    }
    return created;
  }

  /** Writes the ID down, unless another process was first: then its persona is the name's. */
  private async write(
    { known, page, name, profile, seenId }: Wanted,
    id: string,
    lease?: Lease,
  ): Promise<Outcome<string>> {
    // An answer that nobody waits for any more is good for the next send.
    if (!known.ids.has(name)) known.ids.set(name, id);
    const record = { ...profile, id };
    const onOther = (written: NamedRecord) => {
      known.ids.set(name, written.id);
      if (!lease) return;
      lease.record.id = id;
      this.endSurplus(page, profile, { id, lease, isOwn: true });
    };
    const written = await this.leases.settle(
      { page, name, record, seenId, lease },
      onOther,
    );
    return { ok: true, value: written.id };
  }

  private async stored(
    page: Page,
    name: string,
  ): Promise<NamedRecord | undefined> {
    try {
      return await this.store.nameOn(page.id, name);
    } catch (error) {
      this.report(error as PersonaError, null);
      return undefined;
    }
  }
}

function isUsable(
  stored: NamedRecord | undefined,
  { known, profile }: Pick<Wanted, 'known' | 'profile'>,
): stored is NamedRecord {
  return stored?.name === profile.name && !known.gone.has(stored.id);
}
