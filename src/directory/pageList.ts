import type { Leases } from '../ephemeral/leases';
import type { Outcome } from '../graph/call';
import type { Page } from '../graph/page';
import { listAll, type PersonaList } from '../graph/personaList';
import { withTimeout } from '../util/withTimeout';

/** How long customers wait for the store to tell which of the personas are on the fly. */
const LEASES_PATIENCE_MS = 1000;
/** After this somebody else may have made a persona that the list lacks. */
const GOOD_FOR_MS = 30_000;

/**
 * A Page's personas, but for those made on the fly, which are deleted before
 * long. Asked for once for all who want it at a time, and no further when
 * nobody does any more.
 */
export class PageList {
  private asked: Promise<Outcome<PersonaList>> | undefined;
  private until = 0;
  /** Each tells whether one who asked has given up. */
  private askers: (() => boolean)[] = [];

  constructor(private readonly leases: Leases) {}

  /** @param isGivenUp tells whether whoever asks does not wait any more */
  get(page: Page, isGivenUp: () => boolean): Promise<Outcome<PersonaList>> {
    if (!this.asked || Date.now() >= this.until) this.asked = this.ask(page);
    if (this.until === Infinity) this.askers.push(isGivenUp);
    return this.asked;
  }

  /** The next who asks gets it anew, because it is not right any more. */
  forget(): void {
    this.asked = undefined;
  }

  private async ask(page: Page): Promise<Outcome<PersonaList>> {
    const askers: (() => boolean)[] = [];
    this.askers = askers;
    this.until = Infinity;
    const outcome = await this.read(page, () =>
      askers.every((isGivenUp) => isGivenUp()),
    );
    // Unless it is asked for anew meanwhile.
    if (this.askers === askers) {
      this.until = outcome.ok ? Date.now() + GOOD_FOR_MS : 0;
    }
    return outcome;
  }

  private async read(
    page: Page,
    stop: () => boolean,
  ): Promise<Outcome<PersonaList>> {
    // The first who asks is among the askers only after this.
    await Promise.resolve();
    const list = await listAll(page, { stop });
    if (!list.ok) return list;
    // Read after the list, so that whatever stands there has its lease.
    const onTheFly = await withTimeout(
      this.leases.idsOn(page.id),
      LEASES_PATIENCE_MS,
      new Set<string>(),
    );
    const { personas, isComplete } = list.value;
    const lasting = personas.filter(({ id }) => !onTheFly.has(id));
    return { ok: true, value: { personas: lasting, isComplete } };
  }
}
