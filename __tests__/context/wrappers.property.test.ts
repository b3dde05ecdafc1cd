import {
  personas,
  type PersonaContext,
  type PersonaProfile,
} from 'bottender-persona';
import fc from 'fast-check';

import { deepFrozen } from '../support/deepFrozen';
import { profile } from '../support/personas';
import { modelOf, play, programs, type Program } from '../support/programs';
import { CHANNEL_STAGES, maxMessagesOn } from './channelStages';
import { WRAPPER_NAMES, wrapping } from './foreignWrappers';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const DIRECTORY: Record<string, PersonaProfile> = {
  adam: profile('Adam'),
  bea: profile('Bea'),
  cyd: profile('Cyd'),
};

/** Other plugins in the order in which they are installed, and ours among them. */
const plugins = fc
  .array(fc.constantFrom(...WRAPPER_NAMES), { maxLength: 4 })
  .chain((wrappers) =>
    fc.record({
      wrappers: fc.constant(wrappers),
      position: fc.nat(wrappers.length),
    }),
  );

const scenes = fc.record({
  plugins,
  refuses: fc.boolean(),
  // No send is awaited before the handler has ended.
  program: programs({ named: ['adam', 'bea', 'cyd', null], awaits: false }),
});

/** The messages of the model as customers see them. */
function shownBy(program: Program): string[] {
  const shown: string[] = [];
  for (const [id, { speaker }] of modelOf(program)) {
    const entry = Object.entries(DIRECTORY).find(([name]) => name === speaker);
    shown[id] = `${entry?.[1].name ?? 'Page'}: t${id}`;
  }
  return shown;
}

/** Plays a program, without the messages after the first few. */
function playOn(
  context: PersonaContext,
  program: Program,
  maxMessages: number,
): Promise<void> {
  return play(program, {
    contexts: [context],
    send: (context, { id, own }, options) =>
      context.sendText(
        `t${id}`,
        own === undefined ? undefined : deepFrozen(options),
      ),
    attempt: ({ id }, send) => (id < maxMessages ? send() : undefined),
  });
}

/**
 * Wrappers of other plugins before and after ours, in any number and order,
 * change nothing of who speaks, and each runs once for each message, whatever
 * the platform refuses.
 */
test.each(Object.entries(CHANNEL_STAGES))(
  'on %s, other plugins’ wrappers do not change who speaks',
  async (title, open) => {
    const stage = await open();
    const maxMessages = maxMessagesOn(title);
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const { program } = scene;
        const [initialPersona = null] = program.initial;
        // No answer of Viber's is known that refuses a sender.
        const refuses = scene.refuses && title !== 'Viber';
        const ours = personas({
          directory: DIRECTORY,
          initialPersona,
          onRefused: () => undefined,
        });
        let wrapped = 0;
        const { wrappers, position } = scene.plugins;
        const theirs = wrappers.map((wrapper) =>
          wrapping(wrapper, () => (wrapped += 1)),
        );
        const shown = await stage.play({
          plugins: [
            ...theirs.slice(0, position),
            ours,
            ...theirs.slice(position),
          ],
          refuses,
          action: (context) => playOn(context, program, maxMessages),
        });
        await ours.close();
        const model = shownBy(program).slice(0, maxMessages);
        const expected = refuses
          ? model.map((text) => text.replace(/^\w+/, 'Page'))
          : model;
        expect(shown.sort()).toEqual(expected.sort());
        expect(wrapped).toBe(model.length * wrappers.length);
      }),
      { numRuns: 13 },
    );
  },
);
