import { randomBytes } from 'node:crypto';

import { reasonOf } from './answered';
import type { Summary } from './conversation';
import type { Desk } from './desk';
import { Outbox } from './outbox';
import { Pictures } from './pictures';
import type { Agent, Sessions } from './sessions';
import { StateFile } from './stateFile';
import { Streams } from './streams';
import type { Voices } from './voices';

export interface ConsoleOptions {
  readonly desk: Desk;
  readonly sessions: Sessions;
  readonly voices: Voices;
  /** Where agents, customers and the address are kept over a restart. */
  readonly file: string;
  /** The bot's address, from which Messenger fetches the agents' pictures. */
  readonly publicUrl: string;
  /** The host names of the console, besides localhost and IP addresses. */
  readonly hosts: readonly string[];
}

/** Connects the desk and the agents with their browsers, with Messenger and with the file. */
export class AgentsConsole {
  /** The console can speak for the Page, so its address is a secret. It stays over a restart. */
  readonly path: string;
  readonly streams = new Streams();
  readonly pictures = new Pictures();
  readonly outbox: Outbox;
  private readonly file: StateFile;
  /** Customers whose names were asked for. */
  private readonly named = new Set<string>();

  constructor(readonly options: ConsoleOptions) {
    const { desk, sessions, voices, file } = options;
    const kept = StateFile.read(file);
    this.path =
      typeof kept.path === 'string' &&
      /^\/console\/[0-9a-f]{32}$/.test(kept.path)
        ? kept.path
        : `/console/${randomBytes(16).toString('hex')}`;
    sessions.restore(kept.sessions);
    desk.restore(kept.conversations);
    const { path } = this;
    this.file = new StateFile(file, () => ({
      path,
      sessions,
      conversations: desk,
    }));
    this.file.write();
    this.outbox = new Outbox(desk, voices, this.pictures);

    desk.conversations.on('entry', (psid, entry) => {
      this.streams.broadcast('entry', { psid, entry });
      this.file.changed();
    });
    desk.conversations.on('conversation', (summary) => {
      this.streams.broadcast('conversation', summary);
      this.file.changed();
      this.learnName(summary);
    });
    desk.conversations.on('gone', (psid) => {
      this.streams.broadcast('gone', { psid });
      this.named.delete(psid);
    });
    sessions.on('change', () => {
      this.streams.broadcast('agents', { agents: sessions.all() });
      this.file.changed();
    });
    sessions.on('left', (agent) => this.release(agent));
  }

  /** What a browser begins with. */
  stateFor(me: Agent): object {
    const { desk, sessions } = this.options;
    return {
      me,
      now: Date.now(),
      agents: sessions.all(),
      conversations: desk.summaries(),
    };
  }

  /** Ends the streams, and deletes the agents' personas. Agents stay signed in. */
  async close(): Promise<void> {
    const { sessions, voices } = this.options;
    this.file.write();
    this.streams.close();
    sessions.close();
    await voices.end();
  }

  /** The customers of an agent who is gone wait for another, with the bot. */
  private release(agent: Agent): void {
    const { desk, voices } = this.options;
    this.streams.end(agent.id, 'signed-out', {});
    for (const psid of desk.release(agent)) this.outbox.tellOfLeaving(psid);
    this.outbox
      .settled()
      .then(() => voices.close(agent))
      .catch((error: unknown) => console.error(reasonOf(error)));
  }

  private learnName({ psid, agentId, waitingSince }: Summary): void {
    const { desk, voices } = this.options;
    const isNew = agentId !== null || waitingSince !== null;
    if (!isNew || this.named.has(psid)) return;
    this.named.add(psid);
    voices.nameOf(psid).then(
      (name) => name && desk.name(psid, name),
      // Not every Page may ask for names: the number does.
      () => undefined,
    );
  }
}
