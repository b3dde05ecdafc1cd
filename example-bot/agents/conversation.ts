/** How far a message of an agent has come. */
export type Status = 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

const PROGRESS: readonly Status[] = ['sending', 'sent', 'delivered', 'read'];

/** What was said, or what happened, in a conversation. */
export interface Entry {
  /** Grows from entry to entry, over all conversations. */
  readonly id: number;
  /** Grows with each change of the desk: of two versions of an entry, the higher is newer. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: 'customer' | 'bot' | 'agent' | 'event';
  /** Who the customer saw, where it is known. */
  readonly name: string | null;
  readonly text: string;
  /** The address of a picture. */
  readonly picture?: string;
  /** Messenger's ID of the message. */
  readonly mid?: string;
  /** Chosen by the agent's browser, so that a message that it posts twice is sent once. */
  readonly key?: string;
  readonly status?: Status;
  /** Why it failed. */
  readonly reason?: string;
}

/** What a list of conversations shows of one. */
export interface Summary {
  readonly psid: string;
  readonly revision: number;
  readonly name: string;
  /** `null` while the bot has it alone. */
  readonly agentId: string | null;
  /** Since when the customer has been waiting for an agent, in milliseconds since 1970. */
  readonly waitingSince: number | null;
  /** Entries that the agent has not seen. */
  readonly unread: number;
  readonly last: { from: Entry['from']; text: string; at: number } | null;
}

const MAX_ENTRIES = 500;
/** In characters, of all entries of a conversation. */
const MAX_LENGTH = 100_000;
/** Messenger takes 2,000 characters; what other apps write may be longer. */
const MAX_TEXT = 2000;
const PREVIEW = 120;

/** One customer's conversation. The oldest entries are dropped when it becomes too long. */
export class Conversation {
  name: string;
  agentId: string | null = null;
  waitingSince: number | null = null;
  /** The newest entry that the agent has seen. */
  readId = 0;
  /** Whether the bot has to start anew at the customer's next message: an agent has talked to them. */
  hadAgent = false;
  revision = 0;
  private items: Entry[] = [];

  constructor(readonly psid: string) {
    this.name = `Customer ${psid}`;
  }

  get entries(): readonly Entry[] {
    return this.items;
  }

  add(entry: Entry): Entry {
    const added = { ...entry, text: entry.text.slice(0, MAX_TEXT) };
    this.items.push(added);
    let length = this.items.reduce((sum, { text }) => sum + text.length, 0);
    while (this.items.length > MAX_ENTRIES || length > MAX_LENGTH) {
      length -= this.items.shift()?.text.length ?? 0;
    }
    return added;
  }

  find(matches: (entry: Entry) => boolean): Entry | undefined {
    return this.items.findLast(matches);
  }

  replace(entry: Entry): void {
    const index = this.items.findIndex(({ id }) => id === entry.id);
    if (index >= 0) this.items[index] = entry;
  }

  summary(): Summary {
    const { psid, revision, name, agentId, waitingSince, readId } = this;
    const unread = (entry: Entry) =>
      entry.id > readId &&
      (entry.from === 'customer' || entry.from === 'event');
    const last = this.find(({ from }) => from !== 'event');
    return {
      psid,
      revision,
      name,
      agentId,
      waitingSince,
      unread: agentId === null ? 0 : this.items.filter(unread).length,
      last: last
        ? {
            from: last.from,
            text: last.text.slice(0, PREVIEW) || '[picture]',
            at: last.at,
          }
        : null,
    };
  }

  toJSON(): object {
    const { psid, name, agentId, waitingSince, readId, hadAgent } = this;
    const { items: entries } = this;
    return { psid, name, agentId, waitingSince, readId, hadAgent, entries };
  }

  /** A conversation as `toJSON` wrote it, or nothing if it is not one. */
  static from(value: unknown): Conversation | undefined {
    const kept = value as Partial<Conversation> | null;
    if (typeof kept?.psid !== 'string' || !Array.isArray(kept.entries)) return;
    const read = new Conversation(kept.psid);
    if (typeof kept.name === 'string') read.name = kept.name;
    if (typeof kept.agentId === 'string') read.agentId = kept.agentId;
    if (typeof kept.waitingSince === 'number') {
      read.waitingSince = kept.waitingSince;
    }
    if (typeof kept.readId === 'number') read.readId = kept.readId;
    read.hadAgent = kept.hadAgent === true;
    for (const entry of kept.entries) if (isEntry(entry)) read.add(entry);
    return read;
  }
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return (
    typeof entry?.id === 'number' &&
    typeof entry.revision === 'number' &&
    typeof entry.at === 'number' &&
    typeof entry.text === 'string' &&
    (entry.name === null || typeof entry.name === 'string') &&
    ['customer', 'bot', 'agent', 'event'].includes(entry.from ?? '')
  );
}

/** Whether a message can go from one status to another. A failed message may have arrived after all. */
export function isProgress(from: Status | undefined, to: Status): boolean {
  if (from === undefined) return false;
  if (from === 'failed') return to !== 'failed';
  if (to === 'failed') return from === 'sending';
  return PROGRESS.indexOf(to) > PROGRESS.indexOf(from);
}
