import fc from 'fast-check';

/** The personas that exist on the Page, and those that blocks make. */
export const FACES = ['Adam', 'Bea', 'Cyd'] as const;
const GUESTS = ['Guest', 'Visitor'] as const;

export type Face = (typeof FACES)[number];

/** A block of `withPersona`, or, with `made`, of `withEphemeralPersona`. */
export interface Block {
  /** Picks among the contexts. */
  on: number;
  persona: Face | null | { made: string };
  steps: Step[];
}

/** What a handler does. `on` picks among the contexts that it may speak on. */
export type Step =
  | { does: 'use'; on: number; persona: Face | null }
  | {
      does: 'send';
      on: number;
      own?: Face | null;
      text: string;
      waits: boolean;
    }
  | { does: 'pause'; how: 'microtask' | 'immediate' }
  | { does: 'throw' }
  | { does: 'block'; block: Block; waits: boolean }
  | { does: 'blocks side by side'; blocks: Block[] };

/** One handler for several contexts. */
export interface Program {
  /** `initialPersona` of each context. */
  initial: (Face | null)[];
  steps: Step[];
}

/** Programs on so many contexts. Each send in them has a text of its own. */
export function programs(contexts: number): fc.Arbitrary<Program> {
  const face = fc.option(fc.constantFrom(...FACES));
  const on = fc.nat(contexts - 1);
  const { step } = fc.letrec<{ steps: Step[]; step: Step; block: Block }>(
    (tie) => ({
      steps: fc.array(tie('step'), { minLength: 1, maxLength: 4, size: 'max' }),
      block: fc.record({
        on,
        persona: fc.oneof(
          { weight: 3, arbitrary: face },
          {
            weight: 1,
            arbitrary: fc.record({ made: fc.constantFrom(...GUESTS) }),
          },
        ),
        steps: tie('steps'),
      }),
      step: fc.oneof(
        { maxDepth: 3, depthSize: 'max' },
        {
          weight: 8,
          arbitrary: fc.record({
            does: fc.constant('send' as const),
            on,
            own: fc.oneof(
              { weight: 4, arbitrary: fc.constant(undefined) },
              { weight: 1, arbitrary: face },
            ),
            text: fc.constant(''),
            waits: fc.boolean(),
          }),
        },
        {
          weight: 3,
          arbitrary: fc.record({
            does: fc.constant('use' as const),
            on,
            persona: face,
          }),
        },
        {
          weight: 2,
          arbitrary: fc.record({
            does: fc.constant('pause' as const),
            how: fc.constantFrom('microtask' as const, 'immediate' as const),
          }),
        },
        { weight: 1, arbitrary: fc.constant({ does: 'throw' as const }) },
        {
          weight: 4,
          arbitrary: fc.record({
            does: fc.constant('block' as const),
            block: tie('block'),
            waits: fc.boolean(),
          }),
        },
        {
          weight: 3,
          arbitrary: fc.record({
            does: fc.constant('blocks side by side' as const),
            blocks: fc.array(tie('block'), { minLength: 2, maxLength: 3 }),
          }),
        },
      ),
    }),
  );
  const initial = fc.array(face, { minLength: contexts, maxLength: contexts });
  const steps = fc.array(step, { minLength: 4, maxLength: 8, size: 'max' });
  return fc
    .record({ initial, steps })
    .map((program) => ({ ...program, steps: numbered(program.steps) }));
}

let texts = 0;

function numbered(steps: Step[]): Step[] {
  return steps.map((step): Step => {
    switch (step.does) {
      case 'send':
        return { ...step, text: String(++texts) };
      case 'block':
        return { ...step, block: numberedBlock(step.block) };
      case 'blocks side by side':
        return { ...step, blocks: step.blocks.map(numberedBlock) };
      default:
        return step;
    }
  });
}

function numberedBlock(block: Block): Block {
  return { ...block, steps: numbered(block.steps) };
}

/**
 * The contexts that a branch of a program may speak on: all in the handler
 * itself, and in a branch that runs beside others those that it has a block on.
 * On others, who is in force would depend on which branch is faster.
 */
export function contextOf(mayUse: readonly number[], on: number): number {
  return mayUse[on % mayUse.length] ?? 0;
}
