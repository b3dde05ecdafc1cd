import type { PersonaRefusedError } from '../errors';
import { Backoff } from '../graph/backoff';
import type { Page } from '../graph/page';
import { personaState, type PersonaState } from '../graph/personaCalls';
import { evictOldest } from '../util/evictOldest';

/** How long a `'gone'` answer is cached, in milliseconds. */
const GONE_FOR_MS = 10_000;
const MAX_ANSWERS = 1000;

interface Answer {
  readonly state: Promise<PersonaState>;
  until: number;
}

/** Looks up whether refused personas exist, with one lookup for concurrent callers. */
export class PersonaStates {
  private readonly answers = new Map<string, Answer>();
  private readonly unsure = new Backoff<PersonaRefusedError>();

  /** Never rejects. */
  async of(page: Page, id: string): Promise<PersonaState> {
    const key = keyOf(page, id);
    const asked = this.answers.get(key);
    if (asked && performance.now() < asked.until) return asked.state;
    const answer = { state: personaState(page, id), until: Infinity };
    this.answers.set(key, answer);
    evictOldest(this.answers, MAX_ANSWERS);
    const state = await answer.state;
    if (state !== 'unsure') this.unsure.succeeded(key);
    // Cached, because messages that were refused together arrive here one after another.
    if (state === 'gone') answer.until = performance.now() + GONE_FOR_MS;
    else this.answers.delete(key);
    return state;
  }

  /** The refusal to reuse while the lookup of this persona backs off. */
  unverified(page: Page, id: string): PersonaRefusedError | undefined {
    return this.unsure.waiting(keyOf(page, id));
  }

  /** Starts a backoff after a failed lookup; until it ends, `unverified` returns this refusal. */
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
