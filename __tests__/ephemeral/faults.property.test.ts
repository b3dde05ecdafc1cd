import { personas, type PersonaContext } from 'bottender-persona';
import type { Fault } from 'messenger-emulator';
import fc from 'fast-check';
import { Keyv } from 'keyv';

import { type RunningBot, startBot } from '../support/bot';
import { clientFor } from '../support/clients';
import { advanceTime, shortenTimeouts } from '../support/clock';
import { profile } from '../support/personas';
import { runs } from '../support/runs';

const NAMES = ['Adam', 'Bea', 'Cid'];

/** A send, and whether the handler waits for it. */
const send = fc.record({ awaited: fc.boolean() });
/** A block with a persona made on the fly, or without (`null`): the Page speaks. */
const block = fc.record({
  name: fc.option(fc.constantFrom(...NAMES)),
  sends: fc.array(send, { maxLength: 3 }),
  throws: fc.boolean(),
});
const handler = fc.array(block, { minLength: 1, maxLength: 3 });

const CALLS: Fault[] = [
  { method: 'POST', path: '/me/personas' },
  { method: 'DELETE' },
  { method: 'POST', path: '/me/messages' },
  // Batches.
  { method: 'POST', path: '/' },
];
const FAILURES: Fault[] = [
  { status: 500 },
  { status: 400, error: { code: 613, message: 'Too many calls' } },
  { status: 400, error: { code: 200, message: 'No permission' } },
  { connection: 'break-before' },
  { connection: 'break-after' },
  { delayMs: 30 },
];
const fault = fc
  .tuple(
    fc.constantFrom(...CALLS),
    fc.constantFrom(...FAILURES),
    fc.constantFrom(0.3, 0.6, 1),
  )
  .map(([call, failure, share]): Fault => ({ ...call, ...failure, share }));

const mix = fc.record({
  /** Each handles the event of a customer of its own, all at once. */
  handlers: fc.array(handler, { minLength: 1, maxLength: 6 }),
  faults: fc.array(fault, { maxLength: 4 }),
  inBatches: fc.boolean(),
  lingerMs: fc.constantFrom(0, 400),
});
type Mix = typeof mix extends fc.Arbitrary<infer T> ? T : never;
type Block = Mix['handlers'][number][number];

/** What was sent, as whom, and what became of it. */
interface Sent {
  text: string;
  face: string;
  isAnswered: boolean;
}

/** Runs a mix and writes down what its handlers saw. */
class Play {
  readonly sent: Sent[] = [];
  /** What came out of a block other than what was thrown in it. */
  readonly changedErrors: unknown[] = [];
  readonly thrown: unknown[] = [];
  private readonly sending: Promise<unknown>[] = [];

  async handle(context: PersonaContext, blocks: Block[]): Promise<void> {
    for (const { name, ...rest } of blocks) {
      if (name === null) await this.speak(context, 'Page', rest);
      else await this.inBlock(context, name, rest);
    }
  }

  /** Resolves when every send has been answered. */
  async over(): Promise<void> {
    await Promise.allSettled(this.sending);
  }

  private async inBlock(
    context: PersonaContext,
    name: string,
    rest: Omit<Block, 'name'>,
  ): Promise<void> {
    const own: unknown[] = [];
    try {
      await context.withEphemeralPersona(profile(name), async ({ id }) => {
        try {
          // What could not be made is the Page.
          await this.speak(context, id === null ? 'Page' : name, rest);
        } catch (error) {
          own.push(error);
          throw error;
        }
      });
    } catch (error) {
      if (own[0] !== error) this.changedErrors.push(error);
      throw error;
    }
    this.changedErrors.push(...own);
  }

  private async speak(
    context: PersonaContext,
    face: string,
    { sends, throws }: Omit<Block, 'name'>,
  ): Promise<void> {
    for (const { awaited } of sends) {
      const sent = {
        text: `text ${this.sent.length}`,
        face,
        isAnswered: false,
      };
      this.sent.push(sent);
      const sending = context.sendText(sent.text).then(() => {
        sent.isAnswered = true;
      });
      this.sending.push(sending);
      if (awaited) await sending;
      else sending.catch(() => undefined);
    }
    if (!throws) return;
    const error = new Error('of the handler');
    this.thrown.push(error);
    throw error;
  }
}

async function play({ handlers, faults, inBatches, lingerMs }: Mix) {
  const plugin = personas({
    store: new Keyv(),
    ephemeral: { lingerMs, leaseMs: 1000 },
    onCleanupError: () => {},
    onRefused: () => {},
  });
  const todo = [...handlers];
  const played = new Play();
  const bot = await startBot({
    plugins: [plugin],
    batchDelayMs: inBatches ? 15 : undefined,
    action: (context) => played.handle(context, todo.pop() ?? []),
  });
  try {
    const heal = faults.map((one) => bot.emulator.fail(one));
    await Promise.all(
      handlers.map((_, i) => bot.say('hi', { psid: String(5001 + i) })),
    );
    await played.over();
    for (const end of heal) end();
    await plugin.close();

    expectRightFaces(bot, played);
    expect(played.changedErrors).toEqual([]);
    expect(bot.errors).toEqual(expect.arrayContaining(played.thrown));
    await expectAccounted(bot, plugin);
  } finally {
    await bot.close();
  }
}

function expectRightFaces(bot: RunningBot, { sent }: Play): void {
  const entries = bot.emulator
    .state()
    .conversations.flatMap((conversation) => conversation.entries)
    .filter(({ from }) => from !== 'user');
  for (const { text, face, isAnswered } of sent) {
    const faces = entries
      .filter(({ message }) => message?.text === text)
      .map(({ persona }) => persona?.name ?? 'Page');
    // One without an answer may have arrived, but not twice.
    if (isAnswered || faces.length > 0)
      expect([text, faces]).toEqual([text, [face]]);
  }
}

/** When all leases have run out, a sweep leaves nothing but what it names. */
async function expectAccounted(
  { emulator }: RunningBot,
  plugin: ReturnType<typeof personas>,
): Promise<void> {
  advanceTime(2000);
  const { suspects } = await plugin.sweep(clientFor(emulator));
  const left = emulator.state().personas.filter(({ deleted }) => !deleted);
  expect(left.map(({ id }) => id).sort()).toEqual(
    suspects.map(({ id }) => id).sort(),
  );
}

test('whatever fails, each message is shown once as its persona, errors are passed on, and every leftover is reported', async () => {
  shortenTimeouts();
  await fc.assert(fc.asyncProperty(mix, play), {
    numRuns: Number(process.env.MIXES ?? runs(60)),
    // Runs take real time; shrinking them all would take minutes.
    endOnFailure: true,
  });
});
