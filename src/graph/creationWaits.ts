import type { PersonaRefusedError } from '../errors';

import { Backoff } from './backoff';
import { isRateLimit } from './graphFailure';
import type { Page } from './page';

/**
 * What is waited out before a persona is looked for or made again: its own last
 * failure, and after a rate limit the Page's. Keys tell the personas of a Page apart.
 */
export class CreationWaits {
  private readonly backoff = new Backoff<PersonaRefusedError>();

  /** @throws PersonaRefusedError that is waited out, the same one until it may be tried again */
  check(page: Page, key: string): void {
    const failed =
      this.backoff.waiting(ofPage(page)) ??
      this.backoff.waiting(ofPersona(page, key));
    if (failed) throw failed;
  }

  failed(page: Page, key: string, error: PersonaRefusedError): void {
    const isOfPage = isRateLimit(error.failure);
    this.backoff.failed(isOfPage ? ofPage(page) : ofPersona(page, key), error);
  }

  succeeded(page: Page, key: string): void {
    this.backoff.succeeded(ofPersona(page, key));
  }
}

function ofPage(page: Page): string {
  return JSON.stringify([page.id]);
}

function ofPersona(page: Page, key: string): string {
  return JSON.stringify([page.id, key]);
}
