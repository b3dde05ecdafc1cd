import type { Conversation, Entry, Summary } from './conversation';
import { Conversations } from './conversations';
import { Messages } from './messages';

/**
 * Who waits, and who talks to whom. It is not in session state, which Bottender
 * writes at the end of each event, overwriting what agents do during the event.
 */
export class Desk {
  readonly conversations: Conversations;
  readonly messages: Messages;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.conversations = new Conversations(now);
    this.messages = new Messages(this.conversations);
  }

  summaries(): Summary[] {
    return this.conversations.all().map((each) => each.summary());
  }

  agentOf(psid: string): string | null {
    return this.conversations.get(psid)?.agentId ?? null;
  }

  isWaiting(psid: string): boolean {
    return this.conversations.get(psid)?.waitingSince != null;
  }

  has(psid: string): boolean {
    return this.conversations.get(psid) !== undefined;
  }

  name(psid: string, name: string): void {
    const conversation = this.conversations.get(psid);
    if (!conversation || conversation.name === name) return;
    conversation.name = name;
    this.conversations.changed(conversation);
  }

  /** @returns false if the desk is full of customers who wait or have an agent */
  wait(psid: string): boolean {
    const conversation = this.conversations.open(psid);
    if (!conversation) return false;
    if (conversation.agentId !== null || conversation.waitingSince !== null) {
      return true;
    }
    conversation.waitingSince = this.conversations.now();
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
    conversation.readId = this.conversations.lastId;
    this.note(conversation, `${from.name} handed over to ${to.name}`);
  }

  /** The agent is gone: their customers wait again. @returns these customers */
  release(agent: { id: string; name: string }): string[] {
    const released = this.conversations
      .all()
      .filter(({ agentId }) => agentId === agent.id);
    for (const conversation of released) {
      conversation.agentId = null;
      conversation.waitingSince = this.conversations.now();
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
    conversation.readId = Math.min(id, this.conversations.lastId);
    this.conversations.changed(conversation);
  }

  toJSON(): object {
    return this.conversations.toJSON();
  }

  /** Takes what `toJSON` gave before a restart. */
  restore(kept: unknown): void {
    this.conversations.restore(kept);
    this.messages.failUnanswered();
  }

  private assign(conversation: Conversation, agentId: string): void {
    conversation.agentId = agentId;
    conversation.waitingSince = null;
    conversation.hadAgent = true;
  }

  private note(conversation: Conversation, text: string): Entry {
    const entry = { from: 'event', name: null, text } as const;
    return this.conversations.add(conversation, entry);
  }
}
