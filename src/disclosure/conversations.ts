/**
 * disclosure/ decides what a bot has to disclose before it speaks: the
 * order of the messages of a conversation, and the moments that are due
 * (`conversations.ts`), also while the store is away (`fallback.ts`). It sends
 * nothing.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { PersonaKind } from '../profile';
import {
  CLAIM_MS,
  type Begun,
  type ConversationStore,
  type NextMessage,
} from '../store/conversations';
import { monotonicNow } from '../util/monotonicNow';
import { withTimeout } from '../util/withTimeout';

import { OwnApps } from './ownApps';

/** After this a message asks again whether another process has disclosed. */
const POLL_MS = 100;

/** A channel, an account and a recipient. */
export interface ConversationId {
  readonly channel: string;
  /** The Page's ID; elsewhere a digest of the token. */
  readonly account: string;
  readonly recipient: string;
}

/** One message's place in the order of its conversation. */
export class Turn {
  private readonly endsAt = monotonicNow() + CLAIM_MS;

  constructor(
    private readonly before: Promise<void> | undefined,
    /** Lets the next message go on. */
    readonly done: () => void,
  ) {}

  get remainingMs(): number {
    return Math.max(0, this.endsAt - monotonicNow());
  }

  /** Resolves when it is this message's turn, or when it has waited for long enough. */
  async come(): Promise<void> {
    const { before } = this;
    if (before) await withTimeout(before, this.remainingMs, undefined);
  }
}

/** What has to happen before a message, and can happen now. */
export type Beginning = Exclude<Begun, { readonly waitMs: number }>;

/** The conversations of one `personas()`. */
export class Conversations {
  /** The last turn of each conversation that has one. */
  private readonly turns = new Map<string, Promise<void>>();
  private readonly claimant = randomUUID();
  readonly ownApps = new OwnApps();

  constructor(
    private readonly store: ConversationStore,
    private readonly lapseMs: number,
  ) {}

  /** @param key what is known of the conversation at once */
  enter(key: string): Turn {
    const before = this.turns.get(key);
    let end = () => {};
    const turn = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.turns.set(key, turn);
    return new Turn(before, () => {
      if (this.turns.get(key) === turn) this.turns.delete(key);
      end();
    });
  }

  /** What has to happen before the message; `undefined` where it could not be found out in time. Never rejects. */
  async begin(
    id: ConversationId,
    kind: PersonaKind,
    turn: Turn,
  ): Promise<Beginning | undefined> {
    const { claimant, lapseMs } = this;
    const message: NextMessage = {
      kind,
      claimant,
      lapseMs,
      isAfterHuman: false,
    };
    for (;;) {
      const begun = await this.store.begin(keyOf(id), message);
      if (!('waitMs' in begun)) return begun;
      const { remainingMs } = turn;
      if (remainingMs === 0) return undefined;
      await sleep(Math.min(POLL_MS, begun.waitMs, remainingMs));
    }
  }

  /** @param kind who spoke, where the moment is over; `undefined` where the next message has to try again */
  async end(id: ConversationId, kind: PersonaKind | undefined): Promise<void> {
    await this.store.end(keyOf(id), this.claimant, kind, this.lapseMs);
  }

  /** The message was not delivered, so it does not count. */
  async undo(id: ConversationId, begun: Beginning): Promise<void> {
    if (!('undo' in begun) || !begun.undo) return;
    await this.store.undo(keyOf(id), begun.undo, this.lapseMs);
  }

  async record(id: ConversationId, kind: PersonaKind): Promise<void> {
    await this.store.record(keyOf(id), kind, this.lapseMs);
  }

  async forget(id: ConversationId): Promise<void> {
    await this.store.forget(keyOf(id));
  }
}

/** A digest, so that no customer's ID is kept. */
function keyOf({ channel, account, recipient }: ConversationId): string {
  const parts = JSON.stringify([channel, account, recipient]);
  return createHash('sha256').update(parts).digest('base64url');
}
