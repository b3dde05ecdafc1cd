import type { PersonaRefusedError } from '../errors';
import { Backoff } from '../graph/backoff';
import type { Page } from '../graph/page';
import { personaState, type PersonaState } from '../graph/personaCalls';
import { monotonicNow } from '../util/monotonicNow';

/** A persona that is gone is not looked for again within this many milliseconds. */
const GONE_FOR_MS = 10_000;
/** At most this many answers are kept. */
const MAX_ANSWERS = 1000;

interface Answer {
  readonly state: Promise<PersonaState>;
  until: number;
}

/** Finds out whether a persona exists that Messenger refused: one lookup for all who ask at the same time. */
export class PersonaStates {
  private readonly answers = new Map<string, Answer>();
  private readonly unsure = new Backoff<PersonaRefusedError>();

  /** Never rejects. */
  async of(page: Page, id: string): Promise<PersonaState> {
    const key = keyOf(page, id);
    const asked = this.answers.get(key);
    if (asked && monotonicNow() < asked.until) return asked.state;
    const answer = { state: personaState(page, id), until: Infinity };
    this.answers.set(key, answer);
    const state = await answer.state;
    if (state !== 'unsure') this.unsure.succeeded(key);
    // Messages that were refused together do not get here together.
    if (state === 'gone') answer.until = monotonicNow() + GONE_FOR_MS;
    else this.answers.delete(key);
    for (const [oldest, { until }] of this.answers) {
      if (this.answers.size <= MAX_ANSWERS) break;
      if (until < Infinity) this.answers.delete(oldest);
    }
    return state;
  }

  /** The refusal of a persona about which nothing could be found out a moment ago. */
  unverified(page: Page, id: string): PersonaRefusedError | undefined {
    return this.unsure.waiting(keyOf(page, id));
  }

  /** Nothing could be found out: until it may be asked again, everybody who is refused gets this refusal. */
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
