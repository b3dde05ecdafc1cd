import { PersonaCleanupError } from '../errors';
import { sleep, waitAfter, type Backoff } from '../messenger/backoff';
import { isTransient, type GraphFailure } from '../messenger/graphFailure';
import type { Page } from '../messenger/page';
import { deletePersona } from '../messenger/personaCalls';

const BACKOFF: Backoff = { tries: 5, firstWaitMs: 250 };

/** At least this lies between two deletions of personas that lingered. */
const PACE_MS = 20;

/** What is to be deleted, and where. */
export interface Doomed {
  readonly page: Page;
  readonly id: string;
  readonly name: string;
}

/** Deletes personas; those whose time has run out one after the other, never as a burst. */
export class Deletions {
  private turn: Promise<void> = Promise.resolve();

  /**
   * Tries once. `undefined` when the persona is gone, else what can be told
   * and, where the failure may pass, how to go on trying.
   */
  async once(doomed: Doomed): Promise<GraphFailure | undefined> {
    const outcome = await deletePersona(doomed.page, doomed.id);
    return outcome.ok ? undefined : outcome.failure;
  }

  /** Goes on trying after a first failure. @throws PersonaCleanupError when it is given up */
  async again(doomed: Doomed, failure: GraphFailure): Promise<void> {
    let last = failure;
    for (let attempt = 1; attempt < BACKOFF.tries; attempt += 1) {
      if (!isTransient(last)) break;
      await waitAfter(attempt, BACKOFF);
      const next = await this.once(doomed);
      if (!next) return;
      last = next;
    }
    throw new PersonaCleanupError(doomed, doomed.page.id, last);
  }

  /** Resolves when it is the caller's turn to delete. */
  paced(): Promise<void> {
    const mine = this.turn;
    this.turn = mine.then(() => sleep(PACE_MS));
    return mine;
  }
}
