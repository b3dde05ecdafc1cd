import type { Clock } from '../values/clock';

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY_IN_HOURS = 24;

/** Calls per second for each Page and kind: docs/messenger-facts.md#rate-limits */
const A_SECOND = { text: 300, media: 10, conversations: 2 };
/** Calls for a Page in 24 hours, per person that it can message. */
const CALLS_A_PERSON = 200;

export type CallKind = keyof typeof A_SECOND;

/** Counts calls, if Messenger's limits are enforced. */
export class RateLimits {
  /** Times of the latest calls for each Page and kind; lists are no longer than the limit. */
  readonly #latest = new Map<string, number[]>();
  /** Number of calls for each Page in each of the latest hours. */
  readonly #hours = new Map<string, { hour: number; calls: number }[]>();

  constructor(
    private readonly isOn: boolean,
    private readonly clock: Clock,
  ) {}

  /** @returns whether one more call of this kind is allowed; if so, it is counted */
  takeOneOf(pageId: string, kind: CallKind): boolean {
    if (!this.isOn) return true;
    const now = this.clock.now();
    const key = `${pageId}/${kind}`;
    const latest = (this.#latest.get(key) ?? []).filter(
      (at) => at > now - SECOND,
    );
    const isFree = latest.length < A_SECOND[kind];
    if (isFree) latest.push(now);
    this.#latest.set(key, latest);
    return isFree;
  }

  /**
   * @param people the number of people whom the Page can message
   * @returns whether one more call for the Page is allowed; if so, it is
   *   counted
   */
  takeCall(pageId: string, people: number): boolean {
    if (!this.isOn) return true;
    const hour = Math.floor(this.clock.now() / HOUR);
    const hours = (this.#hours.get(pageId) ?? []).filter(
      (each) => each.hour > hour - DAY_IN_HOURS,
    );
    this.#hours.set(pageId, hours);
    const sum = hours.reduce((total, { calls }) => total + calls, 0);
    // At least one, so that a Page without customers can be set up.
    if (sum >= CALLS_A_PERSON * Math.max(1, people)) return false;
    const current = hours.find((each) => each.hour === hour);
    if (current) current.calls += 1;
    else hours.push({ hour, calls: 1 });
    return true;
  }

  clear(): void {
    this.#latest.clear();
    this.#hours.clear();
  }
}
