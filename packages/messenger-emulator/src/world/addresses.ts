import { BoundedMap } from '../values/boundedMap';
import type { AddressKind } from '../types';

const ADDRESSES_KEPT = 10_000;
const DAY = 24 * 60 * 60 * 1000;

/** How long each kind is valid, and whether once only: docs/messenger-facts.md#recipients */
const RULES: Record<AddressKind, { lasts: number; once: boolean }> = {
  user_ref: { lasts: Infinity, once: false },
  phone_number: { lasts: Infinity, once: false },
  comment_id: { lasts: 7 * DAY, once: true },
  post_id: { lasts: 7 * DAY, once: true },
  one_time_notif_token: { lasts: 365 * DAY, once: true },
  notification_messages_token: { lasts: 270 * DAY, once: false },
};

/** An address and its customer. */
export interface Address {
  kind: AddressKind;
  psid: string;
  /** Milliseconds since the epoch. */
  until: number;
  /** Whether it was used, and can be used once only. */
  isSpent: boolean;
}

/** Addresses of customers other than their PSID. */
export class Addresses {
  readonly #all = new BoundedMap<Address>(ADDRESSES_KEPT);

  /** @returns until when it is valid, in milliseconds since the epoch */
  add(
    pageId: string,
    kind: AddressKind,
    value: string,
    psid: string,
    now: number,
  ): number {
    const until = now + RULES[kind].lasts;
    const address = { kind, psid, until, isSpent: false };
    this.#all.set(keyOf(pageId, kind, value), address);
    return until;
  }

  find(pageId: string, kind: AddressKind, value: string): Address | undefined {
    return this.#all.get(keyOf(pageId, kind, value));
  }

  /** Call when a message was sent to this address. */
  spend(address: Address): void {
    address.isSpent = RULES[address.kind].once;
  }

  clear(): void {
    this.#all.clear();
  }
}

function keyOf(pageId: string, kind: AddressKind, value: string): string {
  return `${pageId}/${kind}/${kind === 'phone_number' ? digitsOf(value) : value}`;
}

/** `+1 (212) 555-2368` and `+12125552368` are the same number. */
function digitsOf(phoneNumber: string): string {
  return phoneNumber.replace(/\D/g, '');
}
