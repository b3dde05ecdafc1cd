/**
 * What processes agree on about conversations: who spoke last, and who discloses
 * a moment. It holds no text. Behind the port are memory (here), a Keyv and Redis.
 */
import type { DisclosureMoment } from '../disclosureOptions';
import type { PersonaKind } from '../profile';
import { evictOldest } from '../util/evictOldest';
import { monotonicNow } from '../util/monotonicNow';

/** How long a claim of a moment lasts, in milliseconds. */
export const CLAIM_MS = 10_000;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_KEPT_MS = 3650 * DAY_MS;

/** How long a conversation is remembered in a store after its last message, in milliseconds: longer than it takes to lapse. */
export function keptMs(lapseMs: number): number {
  return Math.min(lapseMs + 30 * DAY_MS, MAX_KEPT_MS);
}

/** Conversations in memory. The least recently used is dropped and starts again. */
const MAX_CONVERSATIONS = 100_000;

/** A message that is about to be sent. */
export interface NextMessage {
  readonly kind: PersonaKind;
  /** Whose claim this would be: a process does not wait for its own. */
  readonly claimant: string;
  readonly lapseMs: number;
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
    lapseMs: number,
  ): Promise<void>;
  /** A message of a bot was not delivered. */
  undo(key: string, undo: Undo, lapseMs: number): Promise<void>;
  /** Somebody spoke without a message of ours. */
  record(key: string, kind: PersonaKind, lapseMs: number): Promise<void>;
  forget(key: string): Promise<void>;
}

interface Conversation {
  /** Who spoke last; `undefined` where nothing is known. */
  kind?: PersonaKind;
  at: number;
  claim?: { readonly by: string; readonly until: number };
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

export class ConversationMemory implements ConversationStore {
  /** The one that was used last comes last. */
  private readonly conversations = new Map<string, Conversation>();

  begin(key: string, message: NextMessage): Promise<Begun> {
    return Promise.resolve(this.beginNow(key, message));
  }

  end(
    key: string,
    claimant: string,
    kind: PersonaKind | undefined,
  ): Promise<void> {
    const conversation = this.conversations.get(key);
    if (conversation?.claim?.by !== claimant) return Promise.resolve();
    delete conversation.claim;
    if (kind !== undefined) {
      this.set(key, { kind, at: Date.now() });
    } else if (conversation.kind === undefined) {
      this.conversations.delete(key);
    }
    return Promise.resolve();
  }

  undo(key: string, { at, previousAt }: Undo): Promise<void> {
    const conversation = this.conversations.get(key);
    if (conversation?.kind === 'bot' && conversation.at === at) {
      conversation.at = previousAt;
    }
    return Promise.resolve();
  }

  record(key: string, kind: PersonaKind): Promise<void> {
    this.set(key, { kind, at: Date.now() });
    return Promise.resolve();
  }

  forget(key: string): Promise<void> {
    this.conversations.delete(key);
    return Promise.resolve();
  }

  private beginNow(key: string, message: NextMessage): Begun {
    const { kind, claimant, lapseMs, isAfterHuman } = message;
    const known: Conversation = this.conversations.get(key) ?? { at: 0 };
    const { claim } = known;
    const now = Date.now();
    const waitMs = claim ? claim.until - monotonicNow() : 0;
    if (claim && claim.by !== claimant && waitMs > 0) return { waitMs };
    if (isAfterHuman) Object.assign(known, { kind: 'human', at: now });
    const last = known.kind && { kind: known.kind, at: known.at };
    const moment = kind === 'bot' ? momentDue(last, now, lapseMs) : undefined;
    if (moment) {
      const until = monotonicNow() + CLAIM_MS;
      this.set(key, { ...known, claim: { by: claimant, until } });
      return { moment };
    }
    this.set(key, { ...known, kind, at: now });
    return last && kind === 'bot'
      ? { undo: { at: now, previousAt: last.at } }
      : {};
  }

  private set(key: string, conversation: Conversation): void {
    this.conversations.delete(key);
    this.conversations.set(key, conversation);
    evictOldest(this.conversations, MAX_CONVERSATIONS);
  }
}
