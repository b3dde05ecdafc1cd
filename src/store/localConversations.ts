import { randomUUID } from 'node:crypto';

import type { PersonaKind } from '../profile';
import { evictOldest } from '../util/evictOldest';
import { propertiesOf, textOrNone } from '../util/values';

import {
  keptMs,
  momentDue,
  type Begun,
  type ConversationStore,
  type NextMessage,
  type Undo,
} from './conversations';
import type { GuardedKeyv } from './keyv/guardedKeyv';

/** Values in memory, two for each conversation. */
const MAX_VALUES = 200_000;
/** Disclosures that are being sent; the oldest is dropped, and due again. */
const MAX_CLAIMS = 10_000;

/** Where values are: in memory, or in a Keyv. */
type Values = Pick<GuardedKeyv, 'get' | 'set' | 'delete'>;

/**
 * Conversations that each process decides alone. People and bots have values
 * of their own, so that no process overwrites what it has not read: a moment may
 * be disclosed twice, but none is lost.
 */
export class LocalConversations implements ConversationStore {
  /** The last message of a person before each disclosure that is being sent. */
  private readonly claims = new Map<string, string | undefined>();

  constructor(
    private readonly lapseMs: number,
    private readonly values: Values = new MemoryValues(),
  ) {}

  async begin(key: string, message: NextMessage): Promise<Begun> {
    const { kind, isAfterHuman } = message;
    if (isAfterHuman || kind === 'human') await this.writeHuman(key);
    if (kind === 'human') return {};
    const { bot, human } = await this.read(key);
    const now = Date.now();
    const isAfter = human !== undefined && bot?.after !== human.id;
    const last = isAfter
      ? { kind: 'human' as const, at: Math.max(human.at, bot?.at ?? 0) }
      : bot && { kind: 'bot' as const, at: bot.at };
    const moment = momentDue(last, now, this.lapseMs);
    if (moment) {
      this.claims.set(key, human?.id);
      evictOldest(this.claims, MAX_CLAIMS);
      return { moment };
    }
    await this.writeBot(key, now, human?.id);
    return last ? { undo: { at: now, previousAt: last.at } } : {};
  }

  /** Whether a disclosure of this process is being sent. */
  isClaiming(key: string): boolean {
    return this.claims.has(key);
  }

  async end(
    key: string,
    _claimant: string,
    kind: PersonaKind | undefined,
  ): Promise<void> {
    const after = this.claims.get(key);
    if (!this.claims.delete(key)) return;
    if (kind === 'human') await this.writeHuman(key);
    // A person may have spoken since.
    if (kind === 'bot') await this.writeBot(key, Date.now(), after);
  }

  async undo(key: string, { at, previousAt }: Undo): Promise<void> {
    const { bot } = await this.read(key);
    if (bot?.at === at) await this.writeBot(key, previousAt, bot.after);
  }

  async record(key: string, kind: PersonaKind): Promise<void> {
    if (kind === 'human') return this.writeHuman(key);
    const { human } = await this.read(key);
    await this.writeBot(key, Date.now(), human?.id);
  }

  async forget(key: string): Promise<void> {
    this.claims.delete(key);
    await this.values.delete(botKey(key));
    await this.values.delete(humanKey(key));
  }

  private async read(key: string) {
    const [bot, human] = await Promise.all([
      this.values.get(botKey(key)),
      this.values.get(humanKey(key)),
    ]);
    return { bot: readBot(bot), human: readHuman(human) };
  }

  private writeHuman(key: string): Promise<void> {
    const record = { at: Date.now(), id: randomUUID() };
    return this.values.set(humanKey(key), record, keptMs(this.lapseMs));
  }

  private writeBot(
    key: string,
    at: number,
    after: string | undefined,
  ): Promise<void> {
    return this.values.set(botKey(key), { at, after }, keptMs(this.lapseMs));
  }
}

/** The one that was used last comes last; the first is dropped, and its conversation starts again. */
class MemoryValues implements Values {
  private readonly values = new Map<string, unknown>();

  get(key: string): Promise<unknown> {
    const value = this.values.get(key);
    if (value !== undefined) void this.set(key, value);
    return Promise.resolve(value);
  }

  set(key: string, value: unknown): Promise<void> {
    this.values.delete(key);
    this.values.set(key, value);
    evictOldest(this.values, MAX_VALUES);
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.values.delete(key);
    return Promise.resolve();
  }
}

function botKey(key: string): string {
  return `conversation:${key}:bot`;
}

function humanKey(key: string): string {
  return `conversation:${key}:human`;
}

/** When a bot spoke last, and after which message of a person. */
function readBot(value: unknown) {
  const { at, after } = propertiesOf(value);
  if (typeof at !== 'number') return undefined;
  return { at, after: textOrNone(after) };
}

function readHuman(value: unknown) {
  const { at, id } = propertiesOf(value);
  return typeof at === 'number' && typeof id === 'string'
    ? { at, id }
    : undefined;
}
