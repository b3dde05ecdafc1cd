import type { DisclosureMoment } from '../../disclosureOptions';
import type { PersonaKind } from '../../profile';
import {
  CLAIM_MS,
  keptMs,
  type Begun,
  type ConversationStore,
  type NextMessage,
  type Undo,
} from '../conversations';

import { invalidReply, type RunStep } from './scripts';

const MOMENTS: readonly unknown[] = ['start', 'lapse', 'handback'];

/** Conversations in Redis: each step is one command, on one key. */
export class RedisConversations implements ConversationStore {
  constructor(
    private readonly runStep: RunStep,
    private readonly lapseMs: number,
  ) {}

  async begin(key: string, message: NextMessage): Promise<Begun> {
    const args = { ...message, claimMs: CLAIM_MS };
    const begun = await this.run('begin', key, args);
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
  ): Promise<void> {
    await this.run('end', key, { claimant, kind });
  }

  async undo(key: string, undo: Undo): Promise<void> {
    await this.run('undo', key, undo);
  }

  async record(key: string, kind: PersonaKind): Promise<void> {
    await this.run('record', key, { kind });
  }

  async forget(key: string): Promise<void> {
    await this.run('forget', key, {});
  }

  private run(step: string, key: string, args: object) {
    const { lapseMs } = this;
    const all = { step, lapseMs, keptMs: keptMs(lapseMs), ...args };
    return this.runStep('conversation', `conversation:${key}`, all);
  }
}

function isMoment(value: unknown): value is DisclosureMoment {
  return MOMENTS.includes(value);
}
