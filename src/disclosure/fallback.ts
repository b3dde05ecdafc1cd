import type { PersonaKind } from '../profile';
import type {
  Begun,
  ConversationStore,
  NextMessage,
  Undo,
} from '../store/conversations';
import { LocalConversations } from '../store/localConversations';
import { evictOldest } from '../util/evictOldest';
import { monotonicNow } from '../util/monotonicNow';

/** The oldest is dropped. */
const MAX_UNRECORDED = 100_000;

/** After this the store is asked again to record that a person spoke, for other processes. */
const RETRY_MS = 1000;

/** The store is back if it has not failed for this time, in milliseconds. */
const BACK_MS = 60_000;

/**
 * While the store is away, this process decides alone, and begins with what it
 * knows for certain, which is nothing: what it knew before may be outdated. So a
 * moment may be disclosed twice, and is never missed.
 */
export class ConversationsWithFallback implements ConversationStore {
  private alone = new LocalConversations();
  private failedAt: number | undefined;
  /** Messages of people that the store does not have yet: `lapseMs` by conversation. */
  private readonly unrecorded = new Map<string, number>();
  private retry: NodeJS.Timeout | undefined;

  /** @param onAway called once each time that the store goes away */
  constructor(
    private readonly store: ConversationStore,
    private readonly onAway: () => void,
  ) {}

  async begin(key: string, message: NextMessage): Promise<Begun> {
    const isAfterHuman = this.unrecorded.has(key);
    const asked = { ...message, isAfterHuman };
    const begun = await this.ask(key, () => this.store.begin(key, asked));
    if (begun) {
      if (!('waitMs' in begun)) this.unrecorded.delete(key);
      return begun;
    }
    if (message.kind === 'human') this.recordLater(key, message.lapseMs);
    return this.alone.begin(key, message);
  }

  async end(
    key: string,
    claimant: string,
    kind: PersonaKind | undefined,
    lapseMs: number,
  ): Promise<void> {
    const isOver = this.alone.isClaiming(key) && kind !== undefined;
    await this.alone.end(key, claimant, kind, lapseMs);
    await this.ask(key, () =>
      isOver
        ? this.store.record(key, kind, lapseMs)
        : this.store.end(key, claimant, kind, lapseMs),
    );
  }

  async undo(key: string, undo: Undo, lapseMs: number): Promise<void> {
    await this.alone.undo(key, undo, lapseMs);
    await this.ask(key, () => this.store.undo(key, undo, lapseMs));
  }

  async record(key: string, kind: PersonaKind, lapseMs: number): Promise<void> {
    if (await this.recordNow(key, kind, lapseMs)) return;
    if (kind === 'human') this.recordLater(key, lapseMs);
    await this.alone.record(key, kind, lapseMs);
  }

  /** Rejects with PersonaStoreError while the store is away, because nothing else would erase the record later. */
  async forget(key: string): Promise<void> {
    this.unrecorded.delete(key);
    await this.alone.forget(key);
    await this.store.forget(key);
  }

  private async recordNow(
    key: string,
    kind: PersonaKind,
    lapseMs: number,
  ): Promise<boolean> {
    const isRecorded = await this.ask(key, async () => {
      await this.store.record(key, kind, lapseMs);
      return true;
    });
    if (isRecorded) this.unrecorded.delete(key);
    return isRecorded ?? false;
  }

  private recordLater(key: string, lapseMs: number): void {
    this.unrecorded.set(key, lapseMs);
    evictOldest(this.unrecorded, MAX_UNRECORDED);
    this.retryLater();
  }

  private retryLater(): void {
    this.retry ??= setTimeout(() => void this.retryNow(), RETRY_MS).unref();
  }

  private async retryNow(): Promise<void> {
    for (const [key, lapseMs] of [...this.unrecorded]) {
      if (!(await this.recordNow(key, 'human', lapseMs))) break;
    }
    this.retry = undefined;
    if (this.unrecorded.size > 0) this.retryLater();
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
      this.failedAt = monotonicNow();
      return undefined;
    }
  }

  private async answered(key: string): Promise<void> {
    if (this.failedAt === undefined) return;
    // Some keys of a cluster may be away while others are not.
    if (!this.alone.isClaiming(key)) await this.alone.forget(key);
    if (monotonicNow() - this.failedAt < BACK_MS) return;
    this.failedAt = undefined;
    this.alone = new LocalConversations();
  }
}
