import { answered, reasonOf } from './answered';
import type { Entry } from './conversation';
import type { Desk } from './desk';
import { metadataOf } from './messages';
import type { Pictures } from './pictures';
import type { Agent } from './sessions';
import type { Voices } from './voices';

/** Of one conversation. An agent writes no more before some are answered. */
const MAX_WAITING = 50;

/** Pictures that wait to be sent have this address in the console. */
const PICTURE = 'pictures/';

/** Sends what agents write: to each customer one after the other, so that the order stays. */
export class Outbox {
  /** By PSID: the last of the waiting messages, and how many there are. */
  private readonly queues = new Map<
    string,
    { last: Promise<unknown>; waiting: number }
  >();

  constructor(
    private readonly desk: Desk,
    private readonly voices: Voices,
    private readonly pictures: Pictures,
  ) {}

  isFull(psid: string): boolean {
    return (this.queues.get(psid)?.waiting ?? 0) >= MAX_WAITING;
  }

  /** Sends an entry that is `sending`, and writes down what becomes of it. */
  send(agent: Agent, psid: string, entry: Entry): void {
    void this.inOrder(psid, async () => {
      try {
        const mid = await answered(this.deliver(agent, psid, entry));
        this.desk.messages.update(psid, entry.id, 'sent', { mid });
      } catch (error) {
        const reason = reasonOf(error);
        this.desk.messages.update(psid, entry.id, 'failed', { reason });
      }
    });
  }

  /**
   * Gives a customer back to the bot, after all messages that are waiting. The
   * customer stays with the agent if that message fails.
   */
  handBack(agent: Agent, psid: string): Promise<void> {
    return this.inOrder(psid, async () => {
      if (this.desk.agentOf(psid) !== agent.id) return;
      await answered(this.voices.sayAsBot(psid, 'What else can I do for you?'));
      if (this.desk.agentOf(psid) !== agent.id) return;
      this.desk.end(psid, `${agent.name} handed back to the bot`);
    });
  }

  /** Tells a customer that the agent left. */
  tellOfLeaving(psid: string): void {
    const text = 'A colleague will be with you as soon as possible.';
    this.inOrder(psid, () => answered(this.voices.sayAsBot(psid, text))).catch(
      (error: unknown) => console.error(reasonOf(error)),
    );
  }

  /** Resolves when everything that waits is answered. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.queues.values()].map(({ last }) => last));
  }

  private async deliver(
    agent: Agent,
    psid: string,
    entry: Entry,
  ): Promise<string> {
    const metadata = metadataOf(entry);
    if (!entry.picture) {
      return this.voices.send(agent, psid, { text: entry.text, metadata });
    }
    const picture = this.pictures.get(entry.picture.slice(PICTURE.length));
    if (!picture) {
      throw new Error('The picture is not kept any more. Choose it again.');
    }
    return this.voices.sendPicture(agent, psid, picture, metadata);
  }

  private inOrder<T>(psid: string, task: () => Promise<T>): Promise<T> {
    const { last, waiting } = this.queues.get(psid) ?? {
      last: Promise.resolve(),
      waiting: 0,
    };
    const next = last.then(task);
    const settled = next
      .catch(() => undefined)
      .then(() => {
        const queue = this.queues.get(psid);
        if (!queue) return;
        queue.waiting -= 1;
        if (queue.waiting === 0) this.queues.delete(psid);
      });
    this.queues.set(psid, { last: settled, waiting: waiting + 1 });
    return next;
  }
}
