/**
 * disclosure/ decides what a bot has to disclose before it speaks: the
 * order of the messages of a conversation, and the moments that are due
 * (`conversations.ts`), also while the store is away (`fallback.ts`). It sends
 * nothing.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { PersonaKind } from '../profile';
import {
  CLAIM_MS,
  type Begun,
  type ConversationStore,
} from '../store/conversations';
import { evictOldest } from '../util/evictOldest';
import { withTimeout } from '../util/withTimeout';

import { OwnApps } from './ownApps';

/** After this a message asks again whether another process has disclosed. */
const POLL_MS = 100;

const MAX_STRAYS = 10_000;

/** The messages of a conversation that take turns. */
interface Queue {
  /** The turn that came last. */
  last: Promise<void>;
  /** The first of them waits for another process until then, so the others do too. */
  waitsUntil: number;
}

const NOTHING = Promise.resolve();

/** One message's place in the order of its conversation. */
export class Turn {
  private readonly endsAt: number;

  /** @param outer a turn that this message has already, and that ends with this one */
  constructor(
    private readonly queue: Queue,
    private readonly before: Promise<void>,
    private readonly end: () => void,
    private readonly outer?: Turn,
  ) {
    this.endsAt = outer?.endsAt ?? performance.now() + CLAIM_MS;
  }

  get remainingMs(): number {
    const endsAt = Math.max(this.endsAt, this.queue.waitsUntil);
    const { remainingMs = 0 } = this.outer ?? {};
    return Math.max(remainingMs, endsAt - performance.now());
  }

  waitUntil(time: number): void {
    this.queue.waitsUntil = time;
    this.outer?.waitUntil(time);
  }

  /** Lets the next message go on. */
  done(): void {
    this.end();
    this.outer?.done();
  }

  /** Resolves when it is this message's turn, or when it has waited for long enough. */
  async come(): Promise<void> {
    const over = this.before.then(() => true);
    let isOver = false;
    while (!isOver && this.remainingMs > 0) {
      isOver = await withTimeout(over, this.remainingMs, false);
    }
  }
}

/** What has to happen before a message, and can happen now. */
export type Beginning = Exclude<Begun, { readonly waitMs: number }>;

/** The conversations of one `personas()`. */
export class Conversations {
  private readonly queues = new Map<string, Queue>();
  private readonly claimant = randomUUID();
  readonly ownApps = new OwnApps();
  /** By the token of a Page that Messenger did not name: a person has spoken in them. */
  private readonly strays = new Set<string>();

  constructor(private readonly store: ConversationStore) {}

  /**
   * @param key what is known of the conversation
   * @param outer the message's turn by what was known of it before
   */
  enter(key: string, outer?: Turn): Turn {
    let end = () => {};
    const last = new Promise<void>((resolve) => {
      end = resolve;
    });
    const queue = this.queues.get(key) ?? { last: NOTHING, waitsUntil: 0 };
    const before = queue.last;
    queue.last = last;
    this.queues.set(key, queue);
    const done = () => {
      const isLast = queue.last === last && this.queues.get(key) === queue;
      if (isLast) this.queues.delete(key);
      end();
    };
    return new Turn(queue, before, done, outer);
  }

  /** What has to happen before the message; `undefined` where it could not be found out in time. Never rejects. */
  async begin(
    key: string,
    kind: PersonaKind,
    turn: Turn,
  ): Promise<Beginning | undefined> {
    const { claimant } = this;
    const message = { kind, claimant, isAfterHuman: false };
    let giveUpAt: number | undefined;
    for (;;) {
      const askedAt = performance.now();
      const begun = await this.store.begin(key, message);
      if (!('waitMs' in begun)) {
        if (giveUpAt !== undefined) turn.waitUntil(askedAt + CLAIM_MS);
        return begun;
      }
      // Its process may have been killed, and so may that of the next claim.
      giveUpAt ??= askedAt + 2 * CLAIM_MS;
      if (askedAt > giveUpAt) return undefined;
      turn.waitUntil(askedAt + begun.waitMs + CLAIM_MS);
      await sleep(Math.min(POLL_MS, begun.waitMs));
    }
  }

  /** @param kind who spoke, where the moment is over; `undefined` where the next message has to try again */
  async end(key: string, kind: PersonaKind | undefined): Promise<void> {
    await this.store.end(key, this.claimant, kind);
  }

  /** The message was not delivered, so it does not count. */
  async undo(key: string, begun: Beginning): Promise<void> {
    if (!('undo' in begun) || !begun.undo) return;
    await this.store.undo(key, begun.undo);
  }

  async record(key: string, kind: PersonaKind): Promise<void> {
    await this.store.record(key, kind);
  }

  /** A person has spoken in a conversation that is known by its token only. */
  stray(byToken: string): void {
    this.strays.add(byToken);
    evictOldest(this.strays, MAX_STRAYS);
  }

  /** Records who has spoken before the Page of the conversation was known. */
  async adopt(byToken: string, key: string): Promise<void> {
    if (this.strays.delete(byToken)) await this.record(key, 'human');
  }

  async forget(key: string): Promise<void> {
    await this.store.forget(key);
  }
}
