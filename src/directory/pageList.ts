import type { Leases } from '../ephemeral/leases';
import type { Outcome } from '../graph/graphCall';
import type { Page } from '../graph/page';
import { listAll, type PersonaList } from '../graph/personaCalls';
import { withTimeout } from '../util/withTimeout';

/** How long customers wait for the store to tell which of the personas are ephemeral. */
const MAX_LEASES_WAIT_MS = 1000;
/** After this someone else may have created a persona that the list lacks. */
const MAX_AGE_MS = 30_000;

interface Reading {
  /** The epoch in which it began: in the same one, what it lacks and is not recorded does not exist. */
  readonly epoch: string | undefined;
  readonly list: Promise<Outcome<PersonaList>>;
  /** Each tells whether a caller has given up. */
  readonly waiting: (() => boolean)[];
  /** Until when it is good; `Infinity` while it is under way. */
  until: number;
}

/**
 * A Page's personas, without the ephemeral ones, which are deleted before long.
 * Read once for all who want it at a time, and no further when all have given up.
 */
export class PageList {
  private reading: Reading | undefined;
  private last: { list: PersonaList; until: number } | undefined;

  constructor(private readonly leases: Leases) {}

  /** The last list, if it is recent: what it lacks may exist. */
  get recent(): PersonaList | undefined {
    const { last } = this;
    return last && Date.now() < last.until ? last.list : undefined;
  }

  /** A list that began in this epoch, a new one if need be. */
  read(
    page: Page,
    epoch: string | undefined,
    isGivenUp: () => boolean,
  ): Promise<Outcome<PersonaList>> {
    const { reading } = this;
    const isOfEpoch = epoch !== undefined && reading?.epoch === epoch;
    if (!isOfEpoch || Date.now() >= reading.until) {
      this.reading = this.begin(page, epoch, isGivenUp);
      return this.reading.list;
    }
    if (reading.until === Infinity) reading.waiting.push(isGivenUp);
    return reading.list;
  }

  forget(): void {
    this.reading = undefined;
    this.last = undefined;
  }

  private begin(
    page: Page,
    epoch: string | undefined,
    isGivenUp: () => boolean,
  ): Reading {
    const waiting = [isGivenUp];
    const haveAllGivenUp = () => waiting.every((hasGivenUp) => hasGivenUp());
    const list = this.request(page, haveAllGivenUp).then((outcome) => {
      const until = Date.now() + MAX_AGE_MS;
      reading.until = outcome.ok && outcome.value.isComplete ? until : 0;
      if (outcome.ok && this.reading === reading) {
        this.last = { list: outcome.value, until };
      }
      return outcome;
    });
    const reading: Reading = { epoch, list, waiting, until: Infinity };
    return reading;
  }

  private async request(
    page: Page,
    isGivenUp: () => boolean,
  ): Promise<Outcome<PersonaList>> {
    const outcome = await listAll(page, { isGivenUp });
    if (!outcome.ok) return outcome;
    // Read after the list, so that all ephemeral personas on it have their leases.
    const ephemeral = await withTimeout(
      this.leases.idsOn(page.id),
      MAX_LEASES_WAIT_MS,
      new Set<string>(),
    );
    const { personas, isComplete } = outcome.value;
    const lasting = personas.filter(({ id }) => !ephemeral.has(id));
    return { ok: true, value: { personas: lasting, isComplete } };
  }
}
