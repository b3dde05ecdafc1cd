/**
 * What processes agree on about conversations: who spoke last, and who discloses
 * a moment. It holds no text. Behind the port is Redis, or each process decides alone,
 * in memory or on a Keyv.
 */
import type { DisclosureMoment } from '../disclosureOptions';
import type { PersonaKind } from '../profile';

/** How long a claim of a moment lasts, in milliseconds. */
export const CLAIM_MS = 10_000;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_KEPT_MS = 3650 * DAY_MS;

/** How long a conversation is remembered in a store after its last message, in milliseconds: longer than it takes to lapse, and, if it can be, no longer than a Memcached takes. */
export function keptMs(lapseMs: number): number {
  return Math.min(Math.max(lapseMs + DAY_MS, 30 * DAY_MS), MAX_KEPT_MS);
}

/** A message that is about to be sent. */
export interface NextMessage {
  readonly kind: PersonaKind;
  /** Whose claim this would be: a process does not wait for its own. */
  readonly claimant: string;
  /** A person spoke last, whatever is recorded: the store was away. */
  readonly isAfterHuman: boolean;
}

/** What has to happen before a message is sent. */
export type Begun =
  /** Wait: another process sends a disclosure, within this time. */
  | { readonly waitMs: number }
  /** Send a disclosure: the moment is claimed until `end`. */
  | { readonly moment: DisclosureMoment }
  /** Nothing: the message is recorded. `undo` is what was recorded before it. */
  | { readonly undo?: Undo };

/** The times of a bot's last two messages, by the store's clock. */
export interface Undo {
  readonly at: number;
  readonly previousAt: number;
}

/** Every method may reject with PersonaStoreError. Keys are digests. */
export interface ConversationStore {
  /** Records the message, or claims the moment that is due before it. */
  begin(key: string, message: NextMessage): Promise<Begun>;
  /** Ends a claim: with who spoke, where the moment is over; without, where the next message has to try again. */
  end(
    key: string,
    claimant: string,
    kind: PersonaKind | undefined,
  ): Promise<void>;
  /** A message of a bot was not delivered. */
  undo(key: string, undo: Undo): Promise<void>;
  /** Somebody spoke without a message of ours. */
  record(key: string, kind: PersonaKind): Promise<void>;
  forget(key: string): Promise<void>;
}

/** The moment that is due before a message of a bot. A clock that was set back by more than `lapseMs` counts as a lapse too. */
export function momentDue(
  last: { readonly kind: PersonaKind; readonly at: number } | undefined,
  now: number,
  lapseMs: number,
): DisclosureMoment | undefined {
  if (!last) return 'start';
  if (Math.abs(now - last.at) > lapseMs) return 'lapse';
  return last.kind === 'human' ? 'handback' : undefined;
}
