import { EventEmitter } from 'node:events';

/** What was said in a conversation, oldest first. */
export interface Line {
  readonly from: 'customer' | 'agent';
  readonly text: string;
}

/** A customer who waits for a human agent, or has one. */
export interface Conversation {
  readonly psid: string;
  readonly lines: Line[];
  /** Whose console sits with the customer; `null` while she waits. */
  seat: string | null;
}

/** More lines than these are not kept; the oldest go. */
const MOST_LINES = 200;

/**
 * Who waits, and who sits with whom. A store of its own, because Bottender
 * writes session state at the end of each event: what a human agent does
 * meanwhile would be lost.
 */
export class Desk extends EventEmitter<{ change: [] }> {
  private readonly conversations = new Map<string, Conversation>();
  private readonly seats = new Set<string>();

  /** Whether somebody sits at a console. */
  get isStaffed(): boolean {
    return this.seats.size > 0;
  }

  /** Those who wait longest come first. */
  get all(): Conversation[] {
    return [...this.conversations.values()];
  }

  sit(seat: string): void {
    this.seats.add(seat);
  }

  /**
   * Nobody sits there any more: whom that agent was with waits for another.
   *
   * @returns whom nobody is left for
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

  /** Puts a customer into the queue, unless she is there. */
  wait(psid: string): void {
    if (this.conversations.has(psid)) return;
    this.conversations.set(psid, { psid, lines: [], seat: null });
    this.emit('change');
  }

  /** @returns whether a human agent sits with the customer, so that the bot is silent */
  heard(psid: string, text: string): boolean {
    this.add(psid, { from: 'customer', text });
    return this.conversations.get(psid)?.seat != null;
  }

  /** @returns whether the customer is this agent's now */
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

  said(psid: string, text: string): void {
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
    if (lines.length > MOST_LINES) lines.shift();
    this.emit('change');
  }
}

/** The only one: the bot's handlers and the console meet here. */
export const desk = new Desk();
