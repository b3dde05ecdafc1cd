import type { PersonaProfile } from 'bottender-persona';
import fc from 'fast-check';

import { profile } from './personas';

/** What random programs speak as: names of the directory, IDs, a name of nobody, the bot itself. */
export const DIRECTORY = {
  adam: profile('Adam'),
  eve: { id: '77', ...profile('Eve') },
  desk: '88',
  long: profile('Adam of the Great Market Hall of Gothenburg'),
  short: { ...profile('Berta of the Great Market Hall'), shortName: 'Berta' },
  flags: profile('🇹🇼'.repeat(12)),
  plain: { name: 'Chris', profilePictureUrl: 'http://example.com/c.png' },
  // LINE takes no name with its own in it.
  line: profile('LINE Adam'),
} as const;

const SPOKEN = [...Object.keys(DIRECTORY), '77', '99', 'Guest', 'adan', null];

export type Step =
  | {
      readonly does: 'say';
      readonly id: number;
      /** Which of the channel's ways to say it, modulo how many there are. */
      readonly way: number;
      readonly own?: string | null;
      /** Whether the caller puts in a face of its own. */
      readonly mine: boolean;
    }
  | {
      readonly does: 'say as';
      readonly id: number;
      /** Left out: whoever speaks here. */
      readonly as?: string | null;
      /** Whether it is said in a block of somebody else's. */
      readonly elsewhere: boolean;
    }
  | { readonly does: 'use'; readonly persona: string | null }
  | { readonly does: 'pause' }
  | Block
  | { readonly does: 'side by side'; readonly blocks: readonly Block[] };

export interface Block {
  readonly does: 'block';
  readonly persona: string | null | PersonaProfile;
  readonly steps: readonly Step[];
}

export interface Program {
  readonly initial: string | null;
  readonly steps: readonly Step[];
}

const persona = fc.constantFrom(...SPOKEN);

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
  .filter((text) => text.trim() !== '' && [...text].length <= 50);

const made = fc
  .oneof(fc.constant('Guest'), name)
  .map((name) => ({ ...profile('Guest'), name }));

const say = fc.record(
  {
    does: fc.constant('say' as const),
    id: fc.nat(),
    way: fc.nat(20),
    own: persona,
    mine: fc.boolean(),
  },
  { requiredKeys: ['does', 'id', 'way', 'mine'] },
);

const sayAs = fc.record(
  {
    does: fc.constant('say as' as const),
    id: fc.nat(),
    as: persona,
    elsewhere: fc.boolean(),
  },
  { requiredKeys: ['does', 'id', 'elsewhere'] },
);

const { steps } = fc.letrec<{ steps: Step[]; block: Block }>((tie) => ({
  steps: fc.array(
    fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { arbitrary: say, weight: 4 },
      { arbitrary: sayAs, weight: 2 },
      {
        arbitrary: fc.record({ does: fc.constant('use' as const), persona }),
        weight: 2,
      },
      fc.constant({ does: 'pause' as const }),
      { arbitrary: tie('block'), weight: 2 },
      fc.record({
        does: fc.constant('side by side' as const),
        blocks: fc.array(tie('block'), { minLength: 2, maxLength: 3 }),
      }),
    ),
    { maxLength: 6 },
  ),
  block: fc.record({
    does: fc.constant('block' as const),
    persona: fc.oneof(persona, made),
    steps: tie('steps'),
  }),
}));

/** Programs whose messages are numbered in the order in which they are written. */
export const programs: fc.Arbitrary<Program> = fc
  .record({ initial: persona, steps })
  .map(({ initial, steps }) => {
    let next = 0;
    const number = (step: Step): Step => {
      if (step.does === 'say' || step.does === 'say as') {
        return { ...step, id: next++ };
      }
      if (step.does === 'block') {
        return { ...step, steps: step.steps.map(number) };
      }
      if (step.does !== 'side by side') return step;
      return { ...step, blocks: step.blocks.map((b) => number(b) as Block) };
    };
    return { initial, steps: steps.map(number) };
  });

/** Who speaks in a message, as the plain model has it. */
export type Speaking =
  | { readonly who: 'bot' }
  /** A name that stands for nobody. */
  | { readonly who: 'nobody' }
  | { readonly who: 'persona'; readonly profile: PersonaProfile };

type InForce = string | null | PersonaProfile;

/** The plain model: who speaks in which message. */
export function speakers({ initial, steps }: Program): Map<number, Speaking> {
  const speaking = new Map<number, Speaking>();
  /** @param made the personas of the blocks around, innermost first */
  const walk = (
    steps: readonly Step[],
    scope: { inForce: InForce },
    made: readonly PersonaProfile[],
  ): void => {
    for (const step of steps) {
      if (step.does === 'use') scope.inForce = step.persona;
      if (step.does === 'say') {
        const own = step.own === undefined ? scope.inForce : step.own;
        speaking.set(step.id, who(own, made));
      }
      if (step.does === 'say as') {
        const as = step.as === undefined ? scope.inForce : step.as;
        speaking.set(step.id, who(as, made));
      }
      const blocks =
        step.does === 'block'
          ? [step]
          : step.does === 'side by side'
            ? step.blocks
            : [];
      for (const { persona, steps } of blocks) {
        const around =
          persona !== null && typeof persona === 'object'
            ? [persona, ...made]
            : made;
        walk(steps, { inForce: persona }, around);
      }
    }
  };
  walk(steps, { inForce: initial }, []);
  return speaking;
}

function who(speaker: InForce, made: readonly PersonaProfile[]): Speaking {
  if (speaker === null) return { who: 'bot' };
  if (typeof speaker === 'object') return { who: 'persona', profile: speaker };
  const guest = made.find(({ name }) => name === speaker);
  if (guest) return { who: 'persona', profile: guest };
  const entries: [string, string | PersonaProfile][] =
    Object.entries(DIRECTORY);
  const known = entries.find(
    ([name, entry]) =>
      name === speaker ||
      (typeof entry === 'object' && 'id' in entry && entry.id === speaker),
  );
  if (known && typeof known[1] === 'object') {
    return { who: 'persona', profile: known[1] };
  }
  return known || /^\d+$/.test(speaker) ? { who: 'bot' } : { who: 'nobody' };
}

/** The longest of the name's beginnings that fits with `…`, else the name. */
export function nameWithin(
  { name, shortName }: PersonaProfile,
  most: number,
): string {
  if (name.length <= most) return name;
  const chosen = shortName ?? name;
  if (chosen.length <= most) return chosen;
  const letters = [...new Intl.Segmenter().segment(chosen)];
  const beginnings = letters.map(({ index }) => chosen.slice(0, index));
  const fits = beginnings.filter(({ length }) => length < most);
  return `${fits.at(-1)?.trimEnd()}…`;
}
