import { setImmediate as nextTurn } from 'node:timers/promises';

import type { PersonaContext, PersonaProfile } from 'bottender-persona';
import fc from 'fast-check';

/** The persona of a message: as a bot names it, or `null` for the Page. */
export type Named = string | null;

export interface Say {
  readonly does: 'say';
  readonly id: number;
  /** Picks among the contexts. */
  readonly on: number;
  /** The message's own persona; absent: the active one. */
  readonly own?: Named;
  /** For a test with several ways to say it. */
  readonly variant: number;
  readonly isAwaited: boolean;
}

export interface SayAs {
  readonly does: 'say as';
  readonly id: number;
  readonly on: number;
  /** The speaker's persona; absent: the active one. */
  readonly as?: Named;
  /** A persona whose block the message is sent in, after the speaker was created. */
  readonly within?: Named;
}

export type Step =
  | Say
  | SayAs
  | { readonly does: 'use'; readonly on: number; readonly persona: Named }
  | { readonly does: 'pause'; readonly how: 'microtask' | 'immediate' }
  | { readonly does: 'throw' }
  /** Several blocks run side by side. */
  | {
      readonly does: 'blocks';
      readonly blocks: readonly Block[];
      readonly isAwaited: boolean;
    };

/** A block of `withPersona`, or of `withEphemeralPersona` for a profile. */
export interface Block {
  readonly on: number;
  readonly persona: Named | PersonaProfile;
  readonly steps: readonly Step[];
}

/** One handler that uses several contexts. */
export interface Program {
  /** `initialPersona` of each context. */
  readonly initial: readonly Named[];
  readonly steps: readonly Step[];
}

export interface ProgramOptions {
  /** What personas are named as. */
  readonly named: readonly Named[];
  /** The profiles of ephemeral personas; none by default. */
  readonly profiles?: fc.Arbitrary<PersonaProfile>;
  readonly contexts?: number;
  /** Whether each send is awaited; at random by default. */
  readonly awaits?: boolean;
  /** Whether handlers and blocks may throw, and blocks may run unawaited. */
  readonly isWild?: boolean;
  /** Whether programs have about 25 messages rather than ten. */
  readonly isLong?: boolean;
}

/** Random programs whose messages are numbered in the order in which they are written. */
export function programs({
  named,
  profiles,
  contexts = 1,
  awaits,
  isWild = false,
  isLong = false,
}: ProgramOptions): fc.Arbitrary<Program> {
  const persona = fc.constantFrom(...named);
  const optional = fc.option(persona, { nil: undefined });
  const on = fc.nat(contexts - 1);
  const id = fc.constant(0);
  const does = <T extends string>(what: T) => fc.constant(what);
  const isAwaited =
    awaits === undefined ? fc.boolean() : fc.constant<boolean>(awaits);
  const areBlocksAwaited = isWild ? fc.boolean() : fc.constant(true);
  const { steps } = fc.letrec<{ steps: Step[]; block: Block }>((tie) => ({
    steps: fc.array(
      fc.oneof(
        {
          maxDepth: 3,
          ...(isLong && { depthSize: 'max' }),
          withCrossShrink: true,
        },
        {
          weight: 6,
          arbitrary: fc.record({
            does: does('say'),
            id,
            on,
            own: optional,
            variant: fc.nat(99),
            isAwaited,
          }),
        },
        {
          weight: 2,
          arbitrary: fc.record({
            does: does('say as'),
            id,
            on,
            as: optional,
            within: optional,
          }),
        },
        { weight: 3, arbitrary: fc.record({ does: does('use'), on, persona }) },
        {
          weight: 2,
          arbitrary: fc.record({
            does: does('pause'),
            how: fc.constantFrom('microtask' as const, 'immediate' as const),
          }),
        },
        {
          weight: isWild ? 1 : 0,
          arbitrary: fc.record({ does: does('throw') }),
        },
        {
          weight: 6,
          arbitrary: fc.record({
            does: does('blocks'),
            blocks: fc.array(tie('block'), { minLength: 1, maxLength: 3 }),
            isAwaited: areBlocksAwaited,
          }),
        },
      ),
      { minLength: 1, maxLength: 4, ...(isLong && { size: 'max' }) },
    ),
    block: fc.record({
      on,
      persona: profiles
        ? fc.oneof({ weight: 3, arbitrary: persona }, profiles)
        : persona,
      steps: tie('steps'),
    }),
  }));
  return fc
    .record({
      initial: fc.array(persona, { minLength: contexts, maxLength: contexts }),
      parts: fc.array(steps, { minLength: isLong ? 2 : 1, maxLength: 2 }),
    })
    .map(({ initial, parts }) => ({ initial, steps: numbered(parts.flat()) }));
}

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

/** Whom a message shows. */
export interface Speaking {
  readonly speaker: Named | PersonaProfile;
  /** The ephemeral personas of the blocks around it, innermost first. */
  readonly ephemeral: readonly PersonaProfile[];
}

interface Scope {
  speaker: Named | PersonaProfile;
}

/** The plain model: who speaks in each message of a program that is sent. */
export function modelOf({ initial, steps }: Program): Map<number, Speaking> {
  const speaking = new Map<number, Speaking>();
  /** @param scopes the innermost scope of each context */
  const walk = (
    steps: readonly Step[],
    scopes: readonly Scope[],
    usable: readonly number[],
    ephemeral: readonly PersonaProfile[],
  ): void => {
    for (const step of steps) {
      if (step.does === 'throw') return;
      if (step.does === 'pause') continue;
      if (step.does === 'blocks') {
        const shared = sharedBy(step, usable);
        for (const { on, persona, steps } of step.blocks) {
          const around = isProfile(persona)
            ? [persona, ...ephemeral]
            : ephemeral;
          const inner = scopes.with(on, { speaker: persona });
          walk(steps, inner, [...shared, on], around);
        }
        continue;
      }
      const scope = scopes[contextOf(usable, step.on)];
      if (!scope) throw new Error('a program uses a context that is missing');
      if (step.does === 'use') scope.speaker = step.persona;
      else {
        const own = step.does === 'say' ? step.own : step.as;
        const speaker = own === undefined ? scope.speaker : own;
        speaking.set(step.id, { speaker, ephemeral });
      }
    }
  };
  walk(
    steps,
    initial.map((speaker) => ({ speaker })),
    initial.map((_, index) => index),
    [],
  );
  return speaking;
}

export interface PlayOptions {
  readonly contexts: readonly PersonaContext[];
  /** How the bot names a persona; unchanged by default. */
  readonly nameOf?: (name: string) => string;
  /** Sends the message of a `say`; by default as the text `t` and its number. */
  readonly send?: (
    context: PersonaContext,
    step: Say,
    options: { personaId?: Named },
  ) => unknown;
  /** Called with each send; by default it makes the send. */
  readonly attempt?: (step: Say | SayAs, send: () => unknown) => unknown;
}

/** Plays a program on real contexts until everything has ended; rejects for what should not happen. */
export async function play(
  { steps }: Program,
  {
    contexts,
    nameOf = (name) => name,
    send = (context, { id }, options) => context.sendText(`t${id}`, options),
    attempt = (_step, send) => send(),
  }: PlayOptions,
): Promise<void> {
  const complaints: unknown[] = [];
  const pending = new Set<Promise<unknown>>();
  const later = (running: Promise<unknown>) => {
    const done = running
      .catch((error: unknown) => complaints.push(error))
      .finally(() => pending.delete(done));
    pending.add(done);
  };
  const idOf = (name: Named) => name && nameOf(name);
  const contextAt = (usable: readonly number[], on: number) => {
    const context = contexts[contextOf(usable, on)];
    if (!context) throw new Error('a program uses a context that is missing');
    return context;
  };

  const say = async (step: Say | SayAs, context: PersonaContext) => {
    if (step.does === 'say') {
      const { own } = step;
      const options = own === undefined ? {} : { personaId: idOf(own) };
      await attempt(step, () => send(context, step, options));
      return;
    }
    const { id, as, within } = step;
    const speaker = as === undefined ? context.as() : context.as(idOf(as));
    const sendAs = () => attempt(step, () => speaker.sendText(`t${id}`));
    if (within === undefined) await sendAs();
    else
      await context.withPersona(
        idOf(within),
        async () => void (await sendAs()),
      );
  };
  const enter = async ({ on, persona, steps }: Block, usable: number[]) => {
    const thrown = new Error('thrown by a block');
    const value = {};
    const context = contextAt([on], 0);
    const block = async () => {
      await run(steps, [...usable, on], thrown);
      return value;
    };
    try {
      const returned = isProfile(persona)
        ? await context.withEphemeralPersona(persona, block)
        : await context.withPersona(idOf(persona), block);
      if (returned !== value) complaints.push(['another value', returned]);
    } catch (error) {
      if (error !== thrown) complaints.push(error);
    }
  };
  const run = async (
    steps: readonly Step[],
    usable: readonly number[],
    thrown: Error,
  ): Promise<void> => {
    for (const step of steps) {
      if (step.does === 'throw') throw thrown;
      if (step.does === 'pause') {
        await (step.how === 'microtask' ? Promise.resolve() : nextTurn());
      } else if (step.does === 'blocks') {
        const shared = sharedBy(step, usable);
        const entered = step.blocks.map((block) => enter(block, [...shared]));
        if (step.isAwaited) await Promise.all(entered);
        else entered.forEach(later);
      } else {
        const context = contextAt(usable, step.on);
        if (step.does === 'use') context.usePersona(idOf(step.persona));
        else {
          const saying = say(step, context);
          if (step.does === 'say as' || step.isAwaited) await saying;
          else later(saying);
        }
      }
    }
  };

  const thrown = new Error('thrown by the handler');
  const all = contexts.map((_, index) => index);
  await run(steps, all, thrown).catch((error: unknown) => {
    if (error !== thrown) complaints.push(error);
  });
  while (pending.size > 0) await Promise.all(pending);
  if (complaints.length > 0) throw complaints[0];
}

function isProfile(persona: Named | PersonaProfile): persona is PersonaProfile {
  return typeof persona === 'object' && persona !== null;
}

/**
 * The contexts of the program that its blocks may use, too. Blocks that run beside
 * other steps use only the contexts that they have a scope on: on others, the order
 * of the calls would decide who speaks.
 */
function sharedBy(
  { blocks, isAwaited }: Step & { does: 'blocks' },
  usable: readonly number[],
): readonly number[] {
  return isAwaited && blocks.length === 1 ? usable : [];
}

function contextOf(usable: readonly number[], on: number): number {
  return usable[on % usable.length] ?? 0;
}
