import { EventEmitter } from 'node:events';

import { Conversation, type Entry, type Summary } from './conversation';

/** What is said; its number, its time and its revision are added. */
type Said = Omit<Entry, 'id' | 'revision' | 'at'>;

const MAX_CONVERSATIONS = 200;

/** All conversations, in memory. Numbers what is said in them, and tells of each change. */
export class Conversations extends EventEmitter<{
  conversation: [Summary];
  gone: [psid: string];
  entry: [psid: string, Entry];
}> {
  /** The longest untouched first. */
  private readonly byPsid = new Map<string, Conversation>();
  private revision = 0;
  /** The number of the newest entry. */
  lastId = 0;

  /** @param now milliseconds since 1970 */
  constructor(readonly now: () => number) {
    super();
  }

  get(psid: string): Conversation | undefined {
    return this.byPsid.get(psid);
  }

  all(): Conversation[] {
    return [...this.byPsid.values()];
  }

  /** The customer's conversation. To make room for a new one, the oldest idle conversation is dropped. */
  open(psid: string): Conversation | undefined {
    const known = this.byPsid.get(psid);
    if (known) return known;
    if (this.byPsid.size >= MAX_CONVERSATIONS) {
      const idle = this.all().find(
        ({ agentId, waitingSince }) =>
          agentId === null && waitingSince === null,
      );
      if (!idle) return;
      this.byPsid.delete(idle.psid);
      this.emit('gone', idle.psid);
    }
    const opened = new Conversation(psid);
    this.byPsid.set(psid, opened);
    return opened;
  }

  add(conversation: Conversation, said: Said): Entry {
    const { psid } = conversation;
    this.byPsid.delete(psid);
    this.byPsid.set(psid, conversation);
    this.lastId += 1;
    const at = this.now();
    const revision = ++this.revision;
    const entry = conversation.add({ ...said, id: this.lastId, revision, at });
    this.emit('entry', psid, entry);
    this.changed(conversation);
    return entry;
  }

  change(conversation: Conversation, entry: Entry): Entry {
    const changed = { ...entry, revision: ++this.revision };
    conversation.replace(changed);
    this.emit('entry', conversation.psid, changed);
    return changed;
  }

  changed(conversation: Conversation): void {
    conversation.revision = ++this.revision;
    this.emit('conversation', conversation.summary());
  }

  toJSON(): object {
    return this.all();
  }

  /** Takes what `toJSON` gave before a restart. A conversation that cannot be read is left out. */
  restore(kept: unknown): void {
    if (!Array.isArray(kept)) return;
    for (const value of kept.slice(-MAX_CONVERSATIONS)) {
      const conversation = Conversation.from(value);
      if (!conversation) continue;
      this.byPsid.set(conversation.psid, conversation);
      for (const { id, revision } of conversation.entries) {
        this.lastId = Math.max(this.lastId, id);
        this.revision = Math.max(this.revision, revision);
      }
    }
  }
}
