import type { Leases } from '../ephemeral/leases';
import type { Outcome } from '../graph/graphCall';
import type { Page } from '../graph/page';
import { listAll, type PersonaList } from '../graph/personaCalls';

/** After this someone else may have created a persona that the list lacks. */
const MAX_AGE_MS = 30_000;

interface Reading {
  /** The epoch in which it began: in the same one, what it lacks and is not recorded does not exist. */
  readonly epoch: string | undefined;
  readonly list: Promise<Outcome<PersonaList>>;
  /** Until when it is good; `Infinity` while it is under way. */
  until: number;
}

/**
 * The personas of a Page that have these names, without the ephemeral ones, which
 * are deleted before long. Read once for all who want it at a time; what arrives
 * after everyone has given up serves the next message.
 */
export class PageList {
  private reading: Reading | undefined;
  private last: { list: PersonaList; until: number } | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly names: ReadonlySet<string>,
  ) {}

  /** The last list, if it is recent: what it lacks may exist. */
  get recent(): PersonaList | undefined {
    const { last } = this;
    return last && performance.now() < last.until ? last.list : undefined;
  }

  /** A list that began in this epoch, a new one if need be. */
  read(page: Page, epoch: string | undefined): Promise<Outcome<PersonaList>> {
    const { reading } = this;
    const isOfEpoch = epoch !== undefined && reading?.epoch === epoch;
    if (isOfEpoch && performance.now() < reading.until) return reading.list;
    const list = this.request(page);
    const begun: Reading = { epoch, list, until: Infinity };
    this.reading = begun;
    void list.then((outcome) => {
      const until = performance.now() + MAX_AGE_MS;
      begun.until = outcome.ok && outcome.value.isComplete ? until : 0;
      if (outcome.ok && this.reading === begun) {
        this.last = { list: outcome.value, until };
      }
    });
    return list;
  }

  forget(): void {
    this.reading = undefined;
    this.last = undefined;
  }

  private async request(page: Page): Promise<Outcome<PersonaList>> {
    const outcome = await listAll(page);
    if (!outcome.ok) return outcome;
    // Read after the list, so that all ephemeral personas on it have their leases.
    const ephemeral = await this.leases.idsOn(page);
    const personas = outcome.value.personas.filter(
      ({ id, name }) => this.names.has(name) && !ephemeral.has(id),
    );
    return { ok: true, value: { ...outcome.value, personas } };
  }
}
