import { MessengerClient, MessengerContext, MessengerEvent } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';
import fc from 'fast-check';

import { PAGE, startBot } from '../support/bot';
import { alive } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';
import { modelOf, play, programs, type Program } from '../support/programs';
import { runs } from '../support/runs';

const NAMES = ['Adam', 'Bea', 'Cyd'] as const;
const PSIDS = ['2001', '2002', '2003'];
type Name = (typeof NAMES)[number];

/** What came of a program. */
interface Played {
  /** Who was shown with each text. */
  shown: Record<string, string>;
  /** The personas that exist after it. */
  alive: string[];
  /** What should not have happened: refusals, and errors that are not the program's. */
  complaints: unknown[];
}

/** Plays programs on Bottender's MessengerContext, all against one emulator. */
async function openStage(): Promise<(program: Program) => Promise<Played>> {
  const bot = await startBot();
  const { emulator } = bot;
  // Messenger lets no one write to customers who have not written.
  for (const psid of PSIDS) await bot.say('hello', { psid });
  const client = new MessengerClient({
    accessToken: PAGE.accessToken,
    origin: emulator.origin,
  });
  const ids = await createPersonas(emulator, NAMES);
  const idOf = (name: string) => ids[name as Name];
  const seen = new Set<string | undefined>();
  let lastRequest = 0;

  const contextOf = (index: number): MessengerContext => {
    const user = { id: PSIDS[index] ?? '' };
    const recipient = { id: PAGE.id };
    const message = { mid: 'm_1', text: 'hello' };
    const event = { sender: user, recipient, timestamp: 0, message };
    return new MessengerContext({
      client,
      event: new MessengerEvent(event, { pageId: PAGE.id }),
      session: { user, page: recipient },
    });
  };

  return async (program) => {
    const complaints: unknown[] = [];
    const complain = (complaint: unknown) => void complaints.push(complaint);
    const contexts = program.initial.map((_, index) => contextOf(index));
    const install = personas({
      initialPersona: (context: MessengerContext) => {
        const name = program.initial[contexts.indexOf(context)];
        return name ? idOf(name) : null;
      },
      onRefused: complain,
      onCleanupError: complain,
    });
    await Promise.all(contexts.map((context) => install(context)));
    await play(program, {
      contexts: contexts as PersonaContext[],
      nameOf: idOf,
    }).catch(complain);
    await install.close();

    const { conversations, requests } = emulator.state();
    const shown: Record<string, string> = {};
    for (const entry of conversations.flatMap(({ entries }) => entries)) {
      if (entry.from === 'user' || seen.has(entry.mid)) continue;
      seen.add(entry.mid);
      const text = entry.message?.text ?? '';
      if (text in shown) complain(`"${text}" was shown twice`);
      shown[text] = entry.persona?.name ?? 'Page';
    }
    for (const { id, method, path, error } of requests) {
      if (Number(id) > lastRequest && error) {
        complain(`${method} ${path}: ${error.message}`);
      }
    }
    lastRequest = Number(requests.at(-1)?.id ?? 0);
    return { shown, alive: alive(emulator), complaints };
  };
}

/** Who is shown with each text, by the model. */
function expectedOf(program: Program): Record<string, string> {
  const shown = [...modelOf(program)].map(([id, { speaker }]) => {
    const name = typeof speaker === 'object' ? speaker?.name : speaker;
    return [`t${id}`, name ?? 'Page'] as const;
  });
  return Object.fromEntries(shown);
}

/**
 * Random programs of usePersona, nested and concurrent blocks of both kinds,
 * sends, speakers, pauses and throws, compared with a plain model of who speaks.
 */
describe('scopes never mix, and leave no persona behind', () => {
  test.each([
    ['one context', 1],
    ['several contexts at once', 3],
  ])('on %s', async (_what, contexts) => {
    const stage = await openStage();
    const random = programs({
      named: [...NAMES, null],
      profiles: fc.constantFrom(profile('Guest'), profile('Visitor')),
      contexts,
      isWild: true,
      isLong: true,
    });
    await fc.assert(
      fc.asyncProperty(random, async (program) => {
        expect(await stage(program)).toEqual({
          shown: expectedOf(program),
          alive: [...NAMES],
          complaints: [],
        });
      }),
      { numRuns: runs(50), unbiased: true },
    );
  });
});
