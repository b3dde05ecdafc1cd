import type { PersonaKind } from '../profile';
import type {
  Begun,
  ConversationStore,
  NextMessage,
  Undo,
} from '../store/conversations';
import { LocalConversations } from '../store/localConversations';
import { evictOldest } from '../util/evictOldest';

/** The oldest is dropped. */
const MAX_UNSETTLED = 100_000;

/** After this the store is asked again about the conversations in which this process has decided alone. */
const RETRY_MS = 1000;

/** The store is back if it has not failed for this time, in milliseconds. */
const BACK_MS = 60_000;

/** A message that no store has recorded, so that it finds nothing to undo. */
const NOTHING: Undo = { at: 0, previousAt: 0 };

/** A conversation in which this process has decided alone. */
interface Unsettled {
  /** Whether a person has spoken in it, which the store has to record. */
  readonly isAfterHuman: boolean;
}

/**
 * While the store is away, this process decides alone, and begins with what it
 * knows for certain, which is nothing: what it knew before may be outdated. So a
 * moment may be disclosed twice, and is never missed.
 */
export class ConversationsWithFallback implements ConversationStore {
  private alone: LocalConversations;
  private failedAt: number | undefined;
  /** Until the store has answered: other processes may have spoken in them since. */
  private readonly unsettled = new Map<string, Unsettled>();
  private retry: NodeJS.Timeout | undefined;

  /** @param onAway called once each time that the store goes away */
  constructor(
    private readonly store: ConversationStore,
    private readonly lapseMs: number,
    private readonly onAway: () => void,
  ) {
    this.alone = new LocalConversations(lapseMs);
  }

  async begin(key: string, message: NextMessage): Promise<Begun> {
    const unsettled = this.unsettled.get(key);
    const isAfterHuman = unsettled?.isAfterHuman ?? false;
    const asked = { ...message, isAfterHuman };
    const begun = await this.ask(key, () => this.store.begin(key, asked));
    if (begun) {
      if (!('waitMs' in begun)) this.settled(key, unsettled);
      return begun;
    }
    this.settleLater(key, message.kind);
    return this.alone.begin(key, message);
  }

  async end(
    key: string,
    claimant: string,
    kind: PersonaKind | undefined,
  ): Promise<void> {
    if (!this.alone.isClaiming(key)) {
      await this.ask(key, () => this.store.end(key, claimant, kind));
      return;
    }
    await this.alone.end(key, claimant, kind);
    // A claim that reached the store late. Others may have spoken since, so nothing is recorded.
    await this.store.end(key, claimant, undefined).catch(() => {});
  }

  async undo(key: string, undo: Undo): Promise<void> {
    await this.alone.undo(key, undo);
    await this.ask(key, () => this.store.undo(key, undo));
  }

  async record(key: string, kind: PersonaKind): Promise<void> {
    if (await this.settle(key, kind)) return;
    this.settleLater(key, kind);
    await this.alone.record(key, kind);
  }

  /** Rejects with PersonaStoreError while the store is away, because nothing else would erase the record later. */
  async forget(key: string): Promise<void> {
    this.unsettled.delete(key);
    await this.alone.forget(key);
    await this.store.forget(key);
  }

  /** Records that somebody spoke, if a kind is given. Returns whether the store has answered. */
  private async settle(key: string, kind?: PersonaKind): Promise<boolean> {
    const unsettled = this.unsettled.get(key);
    const isAnswered = await this.ask(key, async () => {
      if (kind) await this.store.record(key, kind);
      else await this.store.undo(key, NOTHING);
      return true;
    });
    if (isAnswered) this.settled(key, unsettled);
    return isAnswered ?? false;
  }

  /** @param unsettled as it was when the store was asked */
  private settled(key: string, unsettled: Unsettled | undefined): void {
    if (this.unsettled.get(key) === unsettled) this.unsettled.delete(key);
  }

  private settleLater(key: string, kind: PersonaKind): void {
    const before = this.unsettled.get(key)?.isAfterHuman ?? false;
    this.unsettled.set(key, { isAfterHuman: before || kind === 'human' });
    evictOldest(this.unsettled, MAX_UNSETTLED);
    this.retryLater();
  }

  private retryLater(): void {
    this.retry ??= setTimeout(() => void this.retryNow(), RETRY_MS).unref();
  }

  private async retryNow(): Promise<void> {
    for (const [key, { isAfterHuman }] of [...this.unsettled]) {
      if (!(await this.settle(key, isAfterHuman ? 'human' : undefined))) break;
    }
    this.retry = undefined;
    if (this.unsettled.size > 0) this.retryLater();
  }

  /** Resolves to `undefined` where the store does not answer. */
  private async ask<T>(
    key: string,
    run: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      const answer = await run();
      await this.answered(key);
      return answer;
    } catch {
      if (this.failedAt === undefined) this.onAway();
      this.failedAt = performance.now();
      return undefined;
    }
  }

  private async answered(key: string): Promise<void> {
    if (this.failedAt === undefined) return;
    // Some keys of a cluster may be away while others are not.
    if (!this.alone.isClaiming(key)) await this.alone.forget(key);
    if (performance.now() - this.failedAt < BACK_MS) return;
    this.failedAt = undefined;
    this.alone = new LocalConversations(this.lapseMs);
  }
}
