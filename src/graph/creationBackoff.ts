import type { PersonaRefusedError } from '../errors';

import { Backoff } from './backoff';
import { isRateLimit } from './graphFailure';
import type { Page } from './page';

/** Backs off from creating personas: from one after its failure, from all of a Page after a rate limit. */
export class CreationBackoff {
  private readonly pages = new Backoff<PersonaRefusedError>();
  private readonly personas = new Backoff<PersonaRefusedError>();

  /** @throws PersonaRefusedError while backing off, the same one each time */
  check(page: Page, key: string): void {
    const error =
      this.pages.waiting(page.id) ?? this.personas.waiting(keyOn(page, key));
    if (error) throw error;
  }

  failed(page: Page, key: string, error: PersonaRefusedError): void {
    if (isRateLimit(error.failure)) this.pages.failed(page.id, error);
    else this.personas.failed(keyOn(page, key), error);
  }

  succeeded(page: Page, key: string): void {
    this.personas.succeeded(keyOn(page, key));
  }
}

function keyOn(page: Page, key: string): string {
  return JSON.stringify([page.id, key]);
}
