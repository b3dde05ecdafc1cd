import type { PersonaRefusedError } from '../errors';

import { Backoff } from '../graph/backoff';
import type { Page } from '../graph/page';
import { personaState } from './evidence';

type PersonaState = Awaited<ReturnType<typeof personaState>>;

/** What is gone need not be looked for again within this many milliseconds. */
const GOOD_FOR_MS = 10_000;
/** More answers than these are not kept; the oldest goes. */
const MOST = 1000;

interface Answer {
  readonly state: Promise<PersonaState>;
  until: number;
}

/** Finds out whether personas exist that Messenger refused, once for all who ask at a time. */
export class Verification {
  private readonly answers = new Map<string, Answer>();
  private readonly unsure = new Backoff<PersonaRefusedError>();

  /** Never rejects. */
  async stateOf(page: Page, id: string): Promise<PersonaState> {
    const key = keyOf(page, id);
    const asked = this.answers.get(key);
    if (asked && Date.now() < asked.until) return asked.state;
    const answer = { state: personaState(page, id), until: Infinity };
    this.answers.set(key, answer);
    const state = await answer.state;
    if (state !== 'unsure') this.unsure.succeeded(key);
    // Sends that were refused together do not come here together.
    if (state === 'gone') answer.until = Date.now() + GOOD_FOR_MS;
    else this.answers.delete(key);
    for (const [oldest, { until }] of this.answers) {
      if (this.answers.size <= MOST) break;
      if (until < Infinity) this.answers.delete(oldest);
    }
    return state;
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
}

function keyOf(page: Page, id: string): string {
  return JSON.stringify([page.id, id]);
}
