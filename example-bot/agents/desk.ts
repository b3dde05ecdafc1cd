import { EventEmitter } from 'node:events';

import {
  Conversation,
  isProgress,
  type Entry,
  type Status,
  type Summary,
} from './conversation';

/** What is said; the desk adds its number, its time and its revision. */
type Said = Omit<Entry, 'id' | 'revision' | 'at'>;

/** A message of the Page, as an echo tells of it. */
export interface Echo {
  readonly mid: string | undefined;
  readonly text: string;
  readonly picture?: string | undefined;
  /** Whether this app has sent it, and not a human in the Page's inbox. */
  readonly isOurs: boolean;
  readonly metadata?: string | undefined;
}

const MAX_CONVERSATIONS = 200;

/** Marks the messages of agents, to recognise their echoes. */
const MARK = 'console:';

/**
 * The conversations, who waits, and who talks to whom. It is not in session
 * state, which Bottender writes at the end of each event, overwriting what
 * agents do during the event.
 */
export class Desk extends EventEmitter<{
  conversation: [Summary];
  gone: [psid: string];
  entry: [psid: string, Entry];
}> {
  /** The longest untouched first. */
  private readonly conversations = new Map<string, Conversation>();
  private revision = 0;
  private lastId = 0;

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number = Date.now) {
    super();
  }

  summaries(): Summary[] {
    return [...this.conversations.values()].map((each) => each.summary());
  }

  entries(psid: string): readonly Entry[] | undefined {
    return this.conversations.get(psid)?.entries;
  }

  entry(psid: string, id: number): Entry | undefined {
    return this.conversations.get(psid)?.find((each) => each.id === id);
  }

  /** The message that the agent's browser posted with this key. */
  withKey(psid: string, key: string): Entry | undefined {
    return this.conversations.get(psid)?.find((each) => each.key === key);
  }

  agentOf(psid: string): string | null {
    return this.conversations.get(psid)?.agentId ?? null;
  }

  isWaiting(psid: string): boolean {
    return this.conversations.get(psid)?.waitingSince != null;
  }

  has(psid: string): boolean {
    return this.conversations.has(psid);
  }

  name(psid: string, name: string): void {
    const conversation = this.conversations.get(psid);
    if (!conversation || conversation.name === name) return;
    conversation.name = name;
    this.changed(conversation);
  }

  /** @returns whether the customer has an agent, so that the bot must not answer */
  customerSaid(psid: string, said: Pick<Entry, 'text' | 'picture' | 'mid'>) {
    const conversation = this.open(psid);
    // Messenger delivers a webhook again if the answer to it was lost.
    if (!conversation || isKnown(conversation, said.mid)) {
      return conversation?.agentId != null;
    }
    this.add(conversation, { ...said, from: 'customer', name: null });
    return conversation.agentId !== null;
  }

  /** @returns false if the desk is full of customers who wait or have an agent */
  wait(psid: string): boolean {
    const conversation = this.open(psid);
    if (!conversation) return false;
    if (conversation.agentId !== null || conversation.waitingSince !== null) {
      return true;
    }
    conversation.waitingSince = this.now();
    this.note(conversation, 'asked for a human');
    return true;
  }

  /** The agent talks to the customer from now on. */
  take(psid: string, agent: { id: string; name: string }): boolean {
    const conversation = this.conversations.get(psid);
    if (!conversation) return false;
    if (conversation.agentId === agent.id) return true;
    this.assign(conversation, agent.id);
    const { id } = this.note(conversation, `${agent.name} took over`);
    this.read(psid, id);
    return true;
  }

  /** Gives the customer to a colleague, who sees it as unread. */
  handOver(
    psid: string,
    from: { name: string },
    to: { id: string; name: string },
  ): void {
    const conversation = this.conversations.get(psid);
    if (!conversation) return;
    this.assign(conversation, to.id);
    conversation.readId = this.lastId;
    this.note(conversation, `${from.name} handed over to ${to.name}`);
  }

  /** The agent is gone: their customers wait again. @returns these customers */
  release(agent: { id: string; name: string }): string[] {
    const released = [...this.conversations.values()].filter(
      ({ agentId }) => agentId === agent.id,
    );
    for (const conversation of released) {
      conversation.agentId = null;
      conversation.waitingSince = this.now();
      this.note(conversation, `${agent.name} left`);
    }
    return released.map(({ psid }) => psid);
  }

  /** The bot has the customer alone again. @returns whether the customer had an agent, or waited */
  end(psid: string, why: string): boolean {
    const conversation = this.conversations.get(psid);
    if (!conversation) return false;
    const { agentId, waitingSince } = conversation;
    if (agentId === null && waitingSince === null) return false;
    conversation.agentId = null;
    conversation.waitingSince = null;
    this.note(conversation, why);
    return true;
  }

  /** @returns true once after an agent has talked to the customer, for the bot to start anew */
  hadAgent(psid: string): boolean {
    const conversation = this.conversations.get(psid);
    if (!conversation?.hadAgent) return false;
    conversation.hadAgent = false;
    return true;
  }

  /** The agent has seen the entries up to this one. */
  read(psid: string, id: number): void {
    const conversation = this.conversations.get(psid);
    if (!conversation || conversation.readId >= id) return;
    conversation.readId = Math.min(id, this.lastId);
    this.changed(conversation);
  }

  agentSaid(
    psid: string,
    said: Pick<Entry, 'name' | 'text' | 'picture' | 'key'>,
  ): Entry | undefined {
    const conversation = this.conversations.get(psid);
    if (!conversation) return;
    return this.add(conversation, {
      ...said,
      from: 'agent',
      status: 'sending',
    });
  }

  /** Goes into the message as Messenger's `metadata`, so that its echo names the entry. */
  static metadataOf({ id }: Entry): string {
    return MARK + String(id);
  }

  /** What became of an agent's message; what comes late or twice changes nothing. */
  update(
    psid: string,
    id: number,
    status: Status,
    change: Pick<Entry, 'mid' | 'reason' | 'picture'> = {},
  ): void {
    const conversation = this.conversations.get(psid);
    const entry = conversation?.find((each) => each.id === id);
    if (!conversation || !entry || !isProgress(entry.status, status)) return;
    this.change(conversation, {
      ...entry,
      reason: undefined,
      ...change,
      status,
    });
  }

  /** Sends a failed message again. */
  again(psid: string, id: number): Entry | undefined {
    const conversation = this.conversations.get(psid);
    const entry = conversation?.find((each) => each.id === id);
    if (!conversation || entry?.status !== 'failed') return;
    return this.change(conversation, {
      ...entry,
      reason: undefined,
      status: 'sending',
    });
  }

  /** A message that the bot has sent. Its echo, which has no name, may be here already. */
  botSaid(
    psid: string,
    said: Required<Pick<Entry, 'name' | 'text' | 'mid'>>,
  ): void {
    const conversation = this.open(psid);
    const echo = conversation?.find(({ mid }) => mid === said.mid);
    if (!conversation || echo?.name === said.name) return;
    if (echo) this.change(conversation, { ...echo, name: said.name });
    else this.add(conversation, { ...said, from: 'bot' });
  }

  /** A message that the Page has sent: an agent's, the bot's, or one from the Page's inbox. */
  echoed(psid: string, { mid, text, picture, isOurs, metadata }: Echo): void {
    const conversation = this.open(psid);
    if (!conversation) return;
    const known = conversation.find((each) => each.mid === mid);
    if (known) {
      if (picture && !known.picture) {
        this.change(conversation, { ...known, text, picture });
      }
      return;
    }
    const id = Number(
      metadata?.startsWith(MARK) && metadata.slice(MARK.length),
    );
    if (conversation.find((each) => each.id === id && each.from === 'agent')) {
      this.update(psid, id, 'sent', { mid });
      const entry = this.entry(psid, id);
      if (entry && picture) this.change(conversation, { ...entry, picture });
      return;
    }
    this.add(conversation, {
      from: isOurs ? 'bot' : 'agent',
      name: isOurs ? null : 'Page inbox',
      text,
      mid,
      ...(picture ? { picture } : {}),
    });
  }

  /** @param upTo milliseconds since 1970 */
  delivered(psid: string, mids: readonly string[], upTo: number): void {
    this.advance(psid, 'delivered', ({ mid, at }) =>
      mids.length > 0 ? mid !== undefined && mids.includes(mid) : at <= upTo,
    );
  }

  /** @param upTo milliseconds since 1970 */
  seen(psid: string, upTo: number): void {
    this.advance(psid, 'read', ({ at }) => at <= upTo);
  }

  toJSON(): object {
    return [...this.conversations.values()];
  }

  /** Takes what `toJSON` gave before a restart. A conversation that cannot be read is left out. */
  restore(kept: unknown): void {
    if (!Array.isArray(kept)) return;
    for (const value of kept.slice(-MAX_CONVERSATIONS)) {
      const conversation = Conversation.from(value);
      if (!conversation) continue;
      this.conversations.set(conversation.psid, conversation);
      for (const { id, revision } of conversation.entries) {
        this.lastId = Math.max(this.lastId, id);
        this.revision = Math.max(this.revision, revision);
      }
    }
    for (const { psid, entries } of this.conversations.values()) {
      for (const { id } of entries) {
        this.update(psid, id, 'failed', {
          reason:
            'The bot ended before Messenger answered. It may have arrived.',
        });
      }
    }
  }

  private advance(
    psid: string,
    status: Status,
    isMeant: (entry: Entry) => boolean,
  ): void {
    const conversation = this.conversations.get(psid);
    for (const entry of conversation?.entries ?? []) {
      const isSent = entry.status !== 'sending' && entry.status !== 'failed';
      if (isSent && isMeant(entry)) this.update(psid, entry.id, status);
    }
  }

  private assign(conversation: Conversation, agentId: string): void {
    conversation.agentId = agentId;
    conversation.waitingSince = null;
    conversation.hadAgent = true;
  }

  /** The customer's conversation. To make room for a new one, the oldest idle conversation is dropped. */
  private open(psid: string): Conversation | undefined {
    const known = this.conversations.get(psid);
    if (known) return known;
    if (this.conversations.size >= MAX_CONVERSATIONS) {
      const idle = [...this.conversations.values()].find(
        ({ agentId, waitingSince }) =>
          agentId === null && waitingSince === null,
      );
      if (!idle) return;
      this.conversations.delete(idle.psid);
      this.emit('gone', idle.psid);
    }
    const opened = new Conversation(psid);
    this.conversations.set(psid, opened);
    return opened;
  }

  private note(conversation: Conversation, text: string): Entry {
    return this.add(conversation, { from: 'event', name: null, text });
  }

  private add(conversation: Conversation, said: Said): Entry {
    const { psid } = conversation;
    this.conversations.delete(psid);
    this.conversations.set(psid, conversation);
    this.lastId += 1;
    const at = this.now();
    const revision = ++this.revision;
    const entry = conversation.add({ ...said, id: this.lastId, revision, at });
    this.emit('entry', psid, entry);
    this.changed(conversation);
    return entry;
  }

  private change(conversation: Conversation, entry: Entry): Entry {
    const changed = { ...entry, revision: ++this.revision };
    conversation.replace(changed);
    this.emit('entry', conversation.psid, changed);
    return changed;
  }

  private changed(conversation: Conversation): void {
    conversation.revision = ++this.revision;
    this.emit('conversation', conversation.summary());
  }
}

function isKnown(conversation: Conversation, mid: string | undefined): boolean {
  return (
    mid !== undefined &&
    conversation.find((each) => each.mid === mid) !== undefined
  );
}
