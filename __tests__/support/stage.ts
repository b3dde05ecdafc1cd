import { MessengerClient, MessengerContext, MessengerEvent } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';
import type { MessengerEmulator } from 'messenger-emulator';

import { PAGE, startBot } from './bot';
import { alive } from './emulatorState';
import { createPersonas } from './personas';
import { Player } from './play';
import { FACES, type Face, type Program } from './programs';

const PSIDS = ['2001', '2002', '2003'];

/** What came of a program. */
interface Played {
  /** Who was shown with which text. */
  shown: Record<string, string>;
  /** The personas that exist after it. */
  alive: string[];
  /** What should not have happened: refusals, and errors that are not the program's. */
  complaints: unknown[];
}

/** Plays programs on Bottender's MessengerContext, against one emulator for all. */
export class Stage {
  private readonly seen = new Set<string | undefined>();
  private lastRequest = 0;

  private constructor(
    private readonly emulator: MessengerEmulator,
    private readonly client: MessengerClient,
    private readonly ids: Record<Face, string>,
  ) {}

  static async open(): Promise<Stage> {
    const bot = await startBot();
    // Messenger lets nobody write to customers who have not written.
    for (const psid of PSIDS) await bot.say('hello', { psid });
    const { accessToken } = PAGE;
    const client = new MessengerClient({
      accessToken,
      origin: bot.emulator.origin,
    });
    const ids = await createPersonas(bot.emulator, FACES);
    return new Stage(bot.emulator, client, ids);
  }

  async play({ initial, steps }: Program): Promise<Played> {
    const complaints: unknown[] = [];
    const complain = (complaint: unknown) => complaints.push(complaint);
    const contexts = initial.map((_, index) => this.context(index));
    const install = personas({
      initialPersona: (context: MessengerContext) => {
        const face = initial[contexts.indexOf(context)];
        return face && this.ids[face];
      },
      onRefused: complain,
      onCleanupError: complain,
    });
    await Promise.all(contexts.map((context) => install(context)));
    const player = new Player(contexts as PersonaContext[], this.ids, complain);
    await player.play(steps);
    await install.close();
    this.complainOfRefusals(complain);
    return {
      shown: this.shown(complain),
      alive: alive(this.emulator),
      complaints,
    };
  }

  /** A new event of a customer. */
  private context(index: number): MessengerContext {
    const user = { id: PSIDS[index] ?? '' };
    const recipient = { id: PAGE.id };
    const message = { mid: 'm_1', text: 'hello' };
    const event = { sender: user, recipient, timestamp: 0, message };
    return new MessengerContext({
      client: this.client,
      event: new MessengerEvent(event, {
        pageId: PAGE.id,
      }),
      session: { user, page: recipient },
    });
  }

  /** What customers were shown since the last time. */
  private shown(
    complain: (complaint: unknown) => void,
  ): Record<string, string> {
    const shown: Record<string, string> = {};
    const { conversations } = this.emulator.state();
    for (const entry of conversations.flatMap(({ entries }) => entries)) {
      if (entry.from === 'user' || this.seen.has(entry.mid)) continue;
      this.seen.add(entry.mid);
      const text = entry.message?.text ?? '';
      if (text in shown) complain(`"${text}" was shown twice`);
      shown[text] = entry.persona?.name ?? 'Page';
    }
    return shown;
  }

  /** Graph calls that were refused since the last time. */
  private complainOfRefusals(complain: (complaint: unknown) => void): void {
    const { requests } = this.emulator.state();
    for (const { id, method, path, error } of requests) {
      if (Number(id) > this.lastRequest && error) {
        complain(`${method} ${path}: ${error.message}`);
      }
    }
    this.lastRequest = Number(requests.at(-1)?.id ?? 0);
  }
}
