import type { PersonaRefusedError } from '../errors';

import { Backoff } from './backoff';
import type { Page } from './page';
import { personaState, type PersonaState } from './personaState';

/** Finds out whether personas exist that Messenger refused, once for all who ask at a time. */
export class Verification {
  private readonly asking = new Map<string, Promise<PersonaState>>();
  private readonly unsure = new Backoff<PersonaRefusedError>();

  /** Never rejects. */
  async stateOf(page: Page, id: string): Promise<PersonaState> {
    const key = keyOf(page, id);
    let asking = this.asking.get(key);
    if (!asking) {
      asking = personaState(page, id).finally(() => this.asking.delete(key));
      this.asking.set(key, asking);
    }
    return asking;
  }

  /** The refusal of a persona of which nothing could be found out a moment ago, so that it is not asked for again yet. */
  unverified(page: Page, id: string): PersonaRefusedError | undefined {
    return this.unsure.waiting(keyOf(page, id));
  }

  /** Nothing could be found out: whoever is refused now gets this, until it may be asked for again. */
  giveUp(
    page: Page,
    id: string,
    refusal: PersonaRefusedError,
  ): PersonaRefusedError {
    this.unsure.failed(keyOf(page, id), refusal);
    return this.unverified(page, id) ?? refusal;
  }

  found(page: Page, id: string): void {
    this.unsure.succeeded(keyOf(page, id));
  }
}

function keyOf(page: Page, id: string): string {
  return JSON.stringify([page.id, id]);
}
