import type { Clock } from '../values/clock';

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY_IN_HOURS = 24;

/** Calls to the Send API a second, for each Page: docs/messenger-facts.md#rate-limits */
const SENDS = { text: 300, media: 10 };
/** Calls of an app in 24 hours, for each person whom it can message. */
const CALLS_A_PERSON = 200;

/** Counts calls, where Messenger's limits are to be kept. */
export class RateLimits {
  /** When the latest sends were, a list for each Page and kind; no longer than its limit. */
  readonly #sends = new Map<string, number[]>();
  /** How many calls there were in each of the latest hours. */
  #hours: { hour: number; calls: number }[] = [];

  constructor(
    private readonly isOn: boolean,
    private readonly clock: Clock,
  ) {}

  /** @returns whether the Page may send one more now; then it has. */
  takeSend(pageId: string, kind: 'text' | 'media'): boolean {
    if (!this.isOn) return true;
    const now = this.clock.now();
    const key = `${pageId}/${kind}`;
    const latest = (this.#sends.get(key) ?? []).filter(
      (at) => at > now - SECOND,
    );
    const isFree = latest.length < SENDS[kind];
    if (isFree) latest.push(now);
    this.#sends.set(key, latest);
    return isFree;
  }

  /**
   * @param people whom the app can message
   * @returns whether the app may make one more call now; then it has.
   */
  takeCall(people: number): boolean {
    if (!this.isOn) return true;
    const hour = Math.floor(this.clock.now() / HOUR);
    this.#hours = this.#hours.filter((each) => each.hour > hour - DAY_IN_HOURS);
    const sum = this.#hours.reduce((total, { calls }) => total + calls, 0);
    // An app that nobody has written to yet can be set up all the same.
    if (sum >= CALLS_A_PERSON * Math.max(1, people)) return false;
    const current = this.#hours.find((each) => each.hour === hour);
    if (current) current.calls += 1;
    else this.#hours.push({ hour, calls: 1 });
    return true;
  }

  clear(): void {
    this.#sends.clear();
    this.#hours = [];
  }
}
