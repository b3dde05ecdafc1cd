import type { DisclosureMoment } from '../../disclosureOptions';
import type { PersonaKind } from '../../profile';
import type { BrokenValues } from '../broken';
import {
  CLAIM_MS,
  keptMs,
  type Begun,
  type ConversationStore,
  type NextMessage,
  type Undo,
} from '../conversations';

import { invalidReply, Scripts, type RedisKeys } from './scripts';

const MOMENTS: readonly unknown[] = ['start', 'lapse', 'handback'];

/** Conversations in Redis: each step is one command, on one key. */
export class RedisConversations implements ConversationStore {
  private readonly scripts: Scripts;

  constructor(redis: RedisKeys, broken: BrokenValues) {
    this.scripts = new Scripts(redis, broken);
  }

  async begin(key: string, message: NextMessage): Promise<Begun> {
    const args = { ...message, claimMs: CLAIM_MS };
    const begun = await this.run('begin', key, message.lapseMs, args);
    const { waitMs, moment, at, previousAt } = begun;
    if (typeof waitMs === 'number') return { waitMs };
    if (isMoment(moment)) return { moment };
    if (typeof at !== 'number') throw invalidReply();
    return typeof previousAt === 'number' ? { undo: { at, previousAt } } : {};
  }

  async end(
    key: string,
    claimant: string,
    kind: PersonaKind | undefined,
    lapseMs: number,
  ): Promise<void> {
    await this.run('end', key, lapseMs, { claimant, kind });
  }

  async undo(key: string, undo: Undo, lapseMs: number): Promise<void> {
    await this.run('undo', key, lapseMs, undo);
  }

  async record(key: string, kind: PersonaKind, lapseMs: number): Promise<void> {
    await this.run('record', key, lapseMs, { kind });
  }

  async forget(key: string): Promise<void> {
    await this.run('forget', key, 0, {});
  }

  private run(step: string, key: string, lapseMs: number, args: object) {
    const all = { step, lapseMs, keptMs: keptMs(lapseMs), ...args };
    return this.scripts.run('conversation', `conversation:${key}`, all);
  }
}

function isMoment(value: unknown): value is DisclosureMoment {
  return MOMENTS.includes(value);
}
