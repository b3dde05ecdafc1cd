import { setImmediate as nextTurn } from 'node:timers/promises';

import { personas, type PersonaContext } from 'bottender-persona';
import fc from 'fast-check';

import { deepFrozen } from '../support/deepFrozen';
import { profile } from '../support/personas';
import { CHANNEL_STAGES, maxMessagesOn } from './channelStages';
import { WRAPPER_NAMES, wrapping } from './foreignWrappers';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const DIRECTORY = {
  adam: profile('Adam'),
  bea: profile('Bea'),
  cyd: profile('Cyd'),
};
type Name = keyof typeof DIRECTORY;

/** What a handler does. No send is awaited before the handler ends. */
type Step =
  | { readonly does: 'use'; readonly persona: Name | null }
  | { readonly does: 'say'; readonly id: number; readonly own?: Name | null }
  | { readonly does: 'say as'; readonly id: number; readonly as?: Name | null }
  | { readonly does: 'pause' }
  | { readonly does: 'blocks'; readonly blocks: readonly Block[] };

/** A block of `withPersona`. Those of one step run side by side. */
interface Block {
  readonly persona: Name | null;
  readonly steps: readonly Step[];
}

const persona = fc.constantFrom<Name | null>('adam', 'bea', 'cyd', null);
const id = fc.constant(0);

const { steps } = fc.letrec<{ steps: Step[]; block: Block }>((tie) => ({
  steps: fc.array(
    fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      {
        weight: 5,
        arbitrary: fc.record(
          { does: fc.constant('say' as const), id, own: persona },
          { requiredKeys: ['does', 'id'] },
        ),
      },
      {
        weight: 2,
        arbitrary: fc.record(
          { does: fc.constant('say as' as const), id, as: persona },
          { requiredKeys: ['does', 'id'] },
        ),
      },
      {
        weight: 3,
        arbitrary: fc.record({ does: fc.constant('use' as const), persona }),
      },
      { weight: 1, arbitrary: fc.constant({ does: 'pause' as const }) },
      {
        weight: 2,
        arbitrary: fc.record({
          does: fc.constant('blocks' as const),
          blocks: fc.array(tie('block'), { minLength: 1, maxLength: 2 }),
        }),
      },
    ),
    { minLength: 1, maxLength: 6 },
  ),
  block: fc.record({ persona, steps: tie('steps') }),
}));

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
  initial: persona,
  steps: steps.map(numbered),
});

/** Each message has a number of its own, in the order in which they are written. */
function numbered(steps: readonly Step[]): Step[] {
  let next = 0;
  const number = (step: Step): Step => {
    if (step.does === 'say' || step.does === 'say as') {
      return { ...step, id: next++ };
    }
    if (step.does !== 'blocks') return step;
    const blocks = step.blocks.map((block) => ({
      ...block,
      steps: block.steps.map(number),
    }));
    return { ...step, blocks };
  };
  return steps.map(number);
}

/** The plain model: who is shown with which message. */
function modelOf(initial: Name | null, steps: readonly Step[]): string[] {
  const shown: string[] = [];
  const walk = (steps: readonly Step[], scope: { speaker: Name | null }) => {
    const show = (id: number, named: Name | null = scope.speaker) => {
      shown[id] = `${named ? DIRECTORY[named].name : 'Page'}: t${id}`;
    };
    for (const step of steps) {
      if (step.does === 'use') scope.speaker = step.persona;
      if (step.does === 'say') show(step.id, step.own);
      if (step.does === 'say as') show(step.id, step.as);
      if (step.does !== 'blocks') continue;
      for (const { persona, steps } of step.blocks) {
        walk(steps, { speaker: persona });
      }
    }
  };
  walk(steps, { speaker: initial });
  return shown;
}

/** Plays the steps, and then waits for all that was sent. */
async function play(
  context: PersonaContext,
  steps: readonly Step[],
  maxMessages: number,
): Promise<void> {
  const sends: unknown[] = [];
  const walk = async (steps: readonly Step[]): Promise<void> => {
    for (const step of steps) {
      if (step.does === 'pause') await nextTurn();
      if (step.does === 'use') context.usePersona(step.persona);
      if (step.does === 'say' && step.id < maxMessages) {
        const own =
          step.own === undefined
            ? undefined
            : deepFrozen({ personaId: step.own });
        sends.push(context.sendText(`t${step.id}`, own));
      }
      if (step.does === 'say as' && step.id < maxMessages) {
        const speaker =
          step.as === undefined ? context.as() : context.as(step.as);
        sends.push(speaker.sendText(`t${step.id}`));
      }
      if (step.does !== 'blocks') continue;
      const enter = ({ persona, steps }: Block) =>
        context.withPersona(persona, () => walk(steps));
      await Promise.all(step.blocks.map(enter));
    }
  };
  await walk(steps);
  await Promise.all(sends);
}

/**
 * Wrappers of other plugins before and after ours, in any number and order,
 * change nothing of who speaks, and each runs once for each message, whatever
 * the platform refuses.
 */
test.each(Object.entries(CHANNEL_STAGES))(
  'who speaks on %s, whatever other plugins wrap',
  async (title, open) => {
    const stage = await open();
    const maxMessages = maxMessagesOn(title);
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const { steps, initial: initialPersona } = scene;
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
          action: (context) => play(context, steps, maxMessages),
        });
        await ours.close();
        const model = modelOf(initialPersona, steps).slice(0, maxMessages);
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
