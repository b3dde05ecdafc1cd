import { isProgress, type Entry, type Status } from './conversation';
import type { Conversations } from './conversations';

/** A message of the Page, as an echo tells of it. */
export interface Echo {
  readonly mid: string | undefined;
  readonly text: string;
  readonly picture?: string | undefined;
  /** Whether this app has sent it, and not a human in the Page's inbox. */
  readonly isOurs: boolean;
  readonly metadata?: string | undefined;
}

/** Marks the messages of agents, to recognise their echoes. */
const MARK = 'console:';

/** Goes into an agent's message as Messenger's `metadata`, so that its echo names the entry. */
export function metadataOf({ id }: Entry): string {
  return MARK + String(id);
}

/** What customers, the bot and agents say, and what becomes of agents' messages. */
export class Messages {
  constructor(private readonly conversations: Conversations) {}

  in(psid: string): readonly Entry[] | undefined {
    return this.conversations.get(psid)?.entries;
  }

  withId(psid: string, id: number): Entry | undefined {
    return this.conversations.get(psid)?.find((each) => each.id === id);
  }

  /** The message that the agent's browser posted with this key. */
  withKey(psid: string, key: string): Entry | undefined {
    return this.conversations.get(psid)?.find((each) => each.key === key);
  }

  /** @returns whether the customer has an agent, so that the bot must not answer */
  customerSaid(
    psid: string,
    said: Pick<Entry, 'text' | 'picture' | 'mid'>,
  ): boolean {
    const conversation = this.conversations.open(psid);
    if (!conversation) return false;
    // Messenger delivers a webhook again if the answer to it was lost.
    const isKnown =
      said.mid !== undefined &&
      conversation.find(({ mid }) => mid === said.mid) !== undefined;
    if (!isKnown) {
      const entry = { ...said, from: 'customer', name: null } as const;
      this.conversations.add(conversation, entry);
    }
    return conversation.agentId !== null;
  }

  agentSaid(
    psid: string,
    said: Pick<Entry, 'name' | 'text' | 'picture' | 'key'>,
  ): Entry | undefined {
    const conversation = this.conversations.get(psid);
    if (!conversation) return;
    const entry = { ...said, from: 'agent', status: 'sending' } as const;
    return this.conversations.add(conversation, entry);
  }

  /** What became of an agent's message; what comes late or twice changes nothing. */
  update(
    psid: string,
    id: number,
    status: Status,
    change: Pick<Entry, 'mid' | 'reason' | 'picture'> = {},
  ): void {
    const conversation = this.conversations.get(psid);
    const entry = this.withId(psid, id);
    if (!conversation || !entry || !isProgress(entry.status, status)) return;
    const changed = { ...entry, reason: undefined, ...change, status };
    this.conversations.change(conversation, changed);
  }

  /** Sends a failed message again. */
  again(psid: string, id: number): Entry | undefined {
    const conversation = this.conversations.get(psid);
    const entry = this.withId(psid, id);
    if (!conversation || entry?.status !== 'failed') return;
    const changed = { ...entry, reason: undefined, status: 'sending' } as const;
    return this.conversations.change(conversation, changed);
  }

  /** A message that the bot has sent. Its echo, which has no name, may be here already. */
  botSaid(
    psid: string,
    said: Required<Pick<Entry, 'name' | 'text' | 'mid'>>,
  ): void {
    const conversation = this.conversations.open(psid);
    const echo = conversation?.find(({ mid }) => mid === said.mid);
    if (!conversation || echo?.name === said.name) return;
    if (echo) {
      this.conversations.change(conversation, { ...echo, name: said.name });
    } else this.conversations.add(conversation, { ...said, from: 'bot' });
  }

  /** A message that the Page has sent: an agent's, the bot's, or one from the Page's inbox. */
  echoed(psid: string, { mid, text, picture, isOurs, metadata }: Echo): void {
    const { conversations } = this;
    const conversation = conversations.open(psid);
    if (!conversation) return;
    const known = conversation.find((each) => each.mid === mid);
    if (known) {
      if (picture && !known.picture) {
        conversations.change(conversation, { ...known, text, picture });
      }
      return;
    }
    const id = Number(
      metadata?.startsWith(MARK) && metadata.slice(MARK.length),
    );
    if (conversation.find((each) => each.id === id && each.from === 'agent')) {
      this.update(psid, id, 'sent', { mid });
      const entry = this.withId(psid, id);
      if (entry && picture) {
        conversations.change(conversation, { ...entry, picture });
      }
      return;
    }
    conversations.add(conversation, {
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

  /** After a restart it is unknown what became of messages that were being sent. */
  failUnanswered(): void {
    const reason =
      'The bot ended before Messenger answered. It may have arrived.';
    for (const { psid, entries } of this.conversations.all()) {
      for (const { id } of entries) this.update(psid, id, 'failed', { reason });
    }
  }

  private advance(
    psid: string,
    status: Status,
    isMeant: (entry: Entry) => boolean,
  ): void {
    for (const entry of this.in(psid) ?? []) {
      const isSent = entry.status !== 'sending' && entry.status !== 'failed';
      if (isSent && isMeant(entry)) this.update(psid, entry.id, status);
    }
  }
}
