import { setImmediate as nextTurn } from 'node:timers/promises';

import type { PersonaContext } from 'bottender-persona';

import { profile } from './personas';
import { contextOf, type Block, type Face, type Step } from './programs';

/** Plays the steps of a program on real contexts. */
export class Player {
  /** What the handler has not waited for. */
  private readonly pending = new Set<Promise<unknown>>();

  constructor(
    private readonly contexts: readonly PersonaContext[],
    private readonly ids: Record<Face, string>,
    /** Told what should not happen. */
    private readonly complain: (complaint: unknown) => void,
  ) {}

  /** Plays the handler, and waits for all that it did not wait for. */
  async play(steps: Step[]): Promise<void> {
    const thrown = new Error('thrown by the handler');
    const all = this.contexts.map((_, index) => index);
    await this.steps(steps, all, thrown).catch((error: unknown) => {
      if (error !== thrown) this.complain(error);
    });
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private async steps(
    steps: Step[],
    mayUse: number[],
    thrown: Error,
  ): Promise<void> {
    for (const step of steps) {
      switch (step.does) {
        case 'use':
          this.context(mayUse, step.on).usePersona(this.idOf(step.persona));
          break;
        case 'send': {
          const own = step.own === undefined ? undefined : this.idOf(step.own);
          const sending = this.context(mayUse, step.on).sendText(step.text, {
            personaId: own,
          });
          if (step.waits) await sending;
          else this.later(sending);
          break;
        }
        case 'pause':
          await (step.how === 'microtask' ? Promise.resolve() : nextTurn());
          break;
        case 'throw':
          throw thrown;
        case 'block':
          if (step.waits) await this.block(step.block, mayUse);
          else this.later(this.block(step.block, []));
          break;
        case 'blocks side by side':
          await Promise.all(step.blocks.map((block) => this.block(block, [])));
          break;
      }
    }
  }

  /** A block; it gives back its value or lets its error through, as it was. */
  private async block(
    { on, persona, steps }: Block,
    mayUse: number[],
  ): Promise<void> {
    const thrown = new Error('thrown by a block');
    const value = {};
    const context = this.context([on], 0);
    const run = async () => {
      await this.steps(steps, [...mayUse, on], thrown);
      return value;
    };
    try {
      const given =
        persona && typeof persona === 'object'
          ? await context.withEphemeralPersona(profile(persona.made), run)
          : await context.withPersona(this.idOf(persona), run);
      if (given !== value) this.complain(['another value', given]);
    } catch (error) {
      if (error !== thrown) this.complain(error);
    }
  }

  private later(doing: Promise<unknown>): void {
    const done = doing
      .catch(this.complain)
      .finally(() => this.pending.delete(done));
    this.pending.add(done);
  }

  private context(mayUse: number[], on: number): PersonaContext {
    const context = this.contexts[contextOf(mayUse, on)];
    if (!context) throw new Error('a program speaks on a context it has not');
    return context;
  }

  private idOf(face: Face | null): string | null {
    return face && this.ids[face];
  }
}
