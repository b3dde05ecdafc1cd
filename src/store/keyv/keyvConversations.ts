import { randomUUID } from 'node:crypto';

import type { PersonaKind } from '../../profile';
import {
  keptMs,
  momentDue,
  type Begun,
  type ConversationStore,
  type NextMessage,
  type Undo,
} from '../conversations';
import { fieldsOf } from '../fields';

import type { GuardedKeyv } from './guardedKeyv';

/** What bots have said, and which message of a person they followed. */
interface BotRecord {
  readonly at: number;
  readonly after: string | undefined;
}

interface HumanRecord {
  readonly at: number;
  readonly id: string;
}

/**
 * Conversations in a Keyv, where each process decides alone. People and bots
 * have keys of their own, so that no process overwrites what it has not read:
 * a moment may be disclosed twice, but none is lost.
 */
export class KeyvConversations implements ConversationStore {
  /** The person whom the disclosure that is being sent follows, by conversation. */
  private readonly disclosing = new Map<string, HumanRecord | undefined>();

  constructor(private readonly store: GuardedKeyv) {}

  async begin(key: string, message: NextMessage): Promise<Begun> {
    const { kind, lapseMs, isAfterHuman } = message;
    if (isAfterHuman || kind === 'human') await this.writeHuman(key, lapseMs);
    if (kind === 'human') return {};
    const { bot, human } = await this.read(key);
    const now = Date.now();
    const isAfter = human !== undefined && bot?.after !== human.id;
    const last = isAfter
      ? { kind: 'human' as const, at: Math.max(human.at, bot?.at ?? 0) }
      : bot && { kind: 'bot' as const, at: bot.at };
    const moment = momentDue(last, now, lapseMs);
    if (moment) {
      this.disclosing.set(key, human);
      return { moment };
    }
    await this.writeBot(key, now, human, lapseMs);
    return last ? { undo: { at: now, previousAt: last.at } } : {};
  }

  async end(
    key: string,
    _claimant: string,
    kind: PersonaKind | undefined,
    lapseMs: number,
  ): Promise<void> {
    const { disclosing } = this;
    const human = disclosing.get(key);
    if (!disclosing.delete(key) || kind === undefined) return;
    if (kind === 'human') await this.writeHuman(key, lapseMs);
    // A person who has spoken since then is not answered by this disclosure.
    else await this.writeBot(key, Date.now(), human, lapseMs);
  }

  async undo(
    key: string,
    { at, previousAt }: Undo,
    lapseMs: number,
  ): Promise<void> {
    const { bot } = await this.read(key);
    if (bot?.at !== at) return;
    const record = { ...bot, at: previousAt };
    await this.store.set(botKey(key), record, keptMs(lapseMs));
  }

  async record(key: string, kind: PersonaKind, lapseMs: number): Promise<void> {
    if (kind === 'human') return this.writeHuman(key, lapseMs);
    const { human } = await this.read(key);
    await this.writeBot(key, Date.now(), human, lapseMs);
  }

  async forget(key: string): Promise<void> {
    await this.store.delete(botKey(key));
    await this.store.delete(humanKey(key));
  }

  private async read(key: string) {
    const [bot, human] = await Promise.all([
      this.store.get(botKey(key)),
      this.store.get(humanKey(key)),
    ]);
    return { bot: readBot(bot), human: readHuman(human) };
  }

  private writeHuman(key: string, lapseMs: number): Promise<void> {
    const record: HumanRecord = { at: Date.now(), id: randomUUID() };
    return this.store.set(humanKey(key), record, keptMs(lapseMs));
  }

  private writeBot(
    key: string,
    at: number,
    human: HumanRecord | undefined,
    lapseMs: number,
  ): Promise<void> {
    const record: BotRecord = { at, after: human?.id };
    return this.store.set(botKey(key), record, keptMs(lapseMs));
  }
}

function botKey(key: string): string {
  return `conversation:${key}:bot`;
}

function humanKey(key: string): string {
  return `conversation:${key}:human`;
}

function readBot(value: unknown): BotRecord | undefined {
  const { at, after } = fieldsOf(value);
  if (typeof at !== 'number') return undefined;
  return { at, after: typeof after === 'string' ? after : undefined };
}

function readHuman(value: unknown): HumanRecord | undefined {
  const { at, id } = fieldsOf(value);
  return typeof at === 'number' && typeof id === 'string'
    ? { at, id }
    : undefined;
}
