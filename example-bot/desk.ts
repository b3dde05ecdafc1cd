import { EventEmitter } from 'node:events';

export interface Line {
  readonly from: 'customer' | 'agent';
  readonly text: string;
}

/** A customer who waits for a human agent, or has one. */
export interface Conversation {
  readonly psid: string;
  /** Oldest first. */
  readonly lines: Line[];
  /** The agent's console; `null` while the customer waits. */
  seat: string | null;
}

const MAX_LINES = 200;

/**
 * The queue of customers and their agents. It is not in session state, which
 * Bottender writes at the end of each event, overwriting what agents do during
 * the event.
 */
export class Desk extends EventEmitter<{ change: [] }> {
  private readonly conversations = new Map<string, Conversation>();
  private readonly seats = new Set<string>();

  /** Whether a console is open. */
  get isStaffed(): boolean {
    return this.seats.size > 0;
  }

  /** The longest waiting first. */
  get all(): Conversation[] {
    return [...this.conversations.values()];
  }

  sit(seat: string): void {
    this.seats.add(seat);
  }

  /**
   * Closes a console. Its customers wait for another agent.
   *
   * @returns the conversations that ended, because no console is open
   */
  leave(seat: string): Conversation[] {
    this.seats.delete(seat);
    for (const conversation of this.conversations.values()) {
      if (conversation.seat === seat) conversation.seat = null;
    }
    const left = this.isStaffed ? [] : this.all;
    for (const { psid } of left) this.conversations.delete(psid);
    this.emit('change');
    return left;
  }

  /** Puts a customer into the queue, once. */
  wait(psid: string): void {
    if (this.conversations.has(psid)) return;
    this.conversations.set(psid, { psid, lines: [], seat: null });
    this.emit('change');
  }

  /** @returns whether the customer has an agent, so that the bot must not answer */
  customerSaid(psid: string, text: string): boolean {
    this.add(psid, { from: 'customer', text });
    return this.conversations.get(psid)?.seat != null;
  }

  /** @returns whether the customer now has this agent */
  take(psid: string, seat: string): boolean {
    const conversation = this.conversations.get(psid);
    if (!conversation || !this.seats.has(seat)) return false;
    conversation.seat ??= seat;
    this.emit('change');
    return conversation.seat === seat;
  }

  isWith(psid: string, seat: string): boolean {
    return this.conversations.get(psid)?.seat === seat;
  }

  agentSaid(psid: string, text: string): void {
    this.add(psid, { from: 'agent', text });
  }

  /** @returns whether there was a conversation to end */
  end(psid: string): boolean {
    const ended = this.conversations.delete(psid);
    if (ended) this.emit('change');
    return ended;
  }

  private add(psid: string, line: Line): void {
    const lines = this.conversations.get(psid)?.lines;
    if (!lines) return;
    lines.push(line);
    if (lines.length > MAX_LINES) lines.shift();
    this.emit('change');
  }
}

/** Shared by the bot's handlers and the console. */
export const desk = new Desk();
