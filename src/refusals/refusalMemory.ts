import type { PersonaRefusedError } from '../errors';
import { evictOldest } from '../util/evictOldest';
import { monotonicNow } from '../util/monotonicNow';

/** How long a refused persona is not tried again, in milliseconds. */
const REMEMBERED_MS = 10 * 60_000;
/** At most this many refusals are remembered, of about 2 KB each. */
const MAX_REFUSALS = 5000;
/** At most this many accounts are known to have been reported for ignoring profiles. */
const MAX_ACCOUNTS = 1000;

interface Remembered {
  readonly refusal: PersonaRefusedError;
  readonly until: number;
}

/** What a refusal is about: a persona for everybody, or any persona for one recipient. */
type RefusalKind = 'region' | 'unknown' | 'profile';

/** Refusals of the last ten minutes, in this process. Until one expires, such messages go out as the Page at once. */
export class RefusalMemory {
  private readonly remembered = new Map<string, Remembered>();
  private readonly ignoringAccounts = new Set<string>();

  /** Lets a send skip the lookup. */
  get isEmpty(): boolean {
    return this.remembered.size === 0;
  }

  /**
   * @param place the Page's ID, or the account of another channel
   * @param about the persona or the recipient; `null` for all of the account
   */
  get(
    kind: RefusalKind,
    place: string | undefined,
    about: string | null,
  ): PersonaRefusedError | undefined {
    const key = keyOf(kind, place, about);
    const found = this.remembered.get(key);
    if (!found) return undefined;
    if (monotonicNow() < found.until) return found.refusal;
    this.remembered.delete(key);
    return undefined;
  }

  /** @returns the refusal that is remembered: an earlier one, where messages that went out together were refused together */
  add(
    kind: RefusalKind,
    place: string | undefined,
    about: string | null,
    refusal: PersonaRefusedError,
  ): PersonaRefusedError {
    const known = this.get(kind, place, about);
    if (known) return known;
    // Until it is read, V8 keeps what was on the stack: the context and its event.
    void refusal.stack;
    const until = monotonicNow() + REMEMBERED_MS;
    this.remembered.set(keyOf(kind, place, about), { refusal, until });
    evictOldest(this.remembered, MAX_REFUSALS);
    return refusal;
  }

  /** Whether this account is known to ignore profiles; it is from now on. */
  isKnownToIgnore(account: string): boolean {
    if (this.ignoringAccounts.has(account)) return true;
    this.ignoringAccounts.add(account);
    evictOldest(this.ignoringAccounts, MAX_ACCOUNTS);
    return false;
  }
}

function keyOf(
  kind: RefusalKind,
  place: string | undefined,
  about: string | null,
): string {
  return JSON.stringify([kind, place ?? null, about]);
}
