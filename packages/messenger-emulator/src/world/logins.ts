import { randomBytes } from 'node:crypto';
import { BoundedMap } from '../values/boundedMap';
import { LOGIN_RETURN } from '../values/urls';

const LOGINS_KEPT = 10_000;
/** In milliseconds: docs/messenger-facts.md#account-linking */
const LASTS = 5 * 60 * 1000;

/** A customer on the way to a bot's login page. */
export interface Login {
  pageId: string;
  psid: string;
  /** Milliseconds since the epoch. */
  until: number;
  /** Whether the account was linked. A token links once. */
  isDone: boolean;
}

/** Pending logins by their `account_linking_token`. */
export class Logins {
  readonly #byToken = new BoundedMap<Login>(LOGINS_KEPT);

  constructor(private readonly origin: string) {}

  /**
   * @param loginPage an http(s) URL
   * @returns the same with `account_linking_token` and `redirect_uri`
   */
  begin(pageId: string, psid: string, loginPage: string, now: number): string {
    const token = randomBytes(32).toString('base64url');
    this.#byToken.set(token, {
      pageId,
      psid,
      until: now + LASTS,
      isDone: false,
    });
    const query = new URLSearchParams({
      account_linking_token: token,
      redirect_uri: `${this.origin}${LOGIN_RETURN}?account_linking_token=${token}`,
    });
    const address = new URL(loginPage);
    address.search += `${address.search === '' ? '?' : '&'}${query.toString()}`;
    return address.href;
  }

  /** @returns undefined if it is unknown or has expired */
  find(token: string, now: number): Login | undefined {
    const login = this.#byToken.get(token);
    return login && now < login.until ? login : undefined;
  }

  clear(): void {
    this.#byToken.clear();
  }
}
