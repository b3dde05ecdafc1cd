import type { PersonaRefusedError } from '../errors';
import { evictOldest } from '../util/evictOldest';

/** How long a refused persona is not sent again, in milliseconds. */
const CACHED_MS = 10 * 60_000;
/** A refusal takes about 2 KB. */
const MAX_REFUSALS = 5000;
const MAX_ACCOUNTS = 1000;

interface CachedRefusal {
  readonly refusal: PersonaRefusedError;
  readonly until: number;
}

type RefusalKind = 'region' | 'unknown' | 'profile';

/** Caches this process's refusals. Until one expires, affected messages are sent as the Page without another attempt. */
export class RefusalCache {
  private readonly refusals = new Map<string, CachedRefusal>();
  private readonly ignoringAccounts = new Set<string>();

  get isEmpty(): boolean {
    return this.refusals.size === 0;
  }

  /**
   * @param pageOrAccount the Page's ID, or the account of another channel
   * @param about the persona, recipient or profile; `null` for all profiles, or where it is not known
   */
  get(
    kind: RefusalKind,
    pageOrAccount: string | undefined,
    about: string | null,
  ): PersonaRefusedError | undefined {
    const key = keyOf(kind, pageOrAccount, about);
    const found = this.refusals.get(key);
    if (!found) return undefined;
    if (performance.now() < found.until) return found.refusal;
    this.refusals.delete(key);
    return undefined;
  }

  /** @returns the cached refusal, which is an earlier one if concurrent messages were refused */
  add(
    kind: RefusalKind,
    pageOrAccount: string | undefined,
    about: string | null,
    refusal: PersonaRefusedError,
  ): PersonaRefusedError {
    const known = this.get(kind, pageOrAccount, about);
    if (known) return known;
    // Reading the stack lets V8 free what its frames refer to: the context and its event.
    void refusal.stack;
    const until = performance.now() + CACHED_MS;
    this.refusals.set(keyOf(kind, pageOrAccount, about), { refusal, until });
    evictOldest(this.refusals, MAX_REFUSALS);
    return refusal;
  }

  /** Whether an earlier call had this account. */
  isKnownToIgnore(account: string): boolean {
    if (this.ignoringAccounts.has(account)) return true;
    this.ignoringAccounts.add(account);
    evictOldest(this.ignoringAccounts, MAX_ACCOUNTS);
    return false;
  }
}

function keyOf(
  kind: RefusalKind,
  pageOrAccount: string | undefined,
  about: string | null,
): string {
  return JSON.stringify([kind, pageOrAccount ?? null, about]);
}
