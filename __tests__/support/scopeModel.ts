import { contextOf, type Block, type Program, type Step } from './programs';

/** Who is in force in one scope of one context; `null` is the Page. */
interface Scope {
  inForce: string | null;
}

/** The plain model of scopes: who is shown with which text of a program. */
export function shownBy({ initial, steps }: Program): Record<string, string> {
  const shown: Record<string, string> = {};

  /** @param scopes the innermost scope of each context */
  function walk(steps: Step[], scopes: Scope[], mayUse: number[]): void {
    const enter = ({ on, persona, steps }: Block, mine: number[]) => {
      const inner = [...scopes];
      inner[on] = {
        inForce:
          persona && typeof persona === 'object' ? persona.made : persona,
      };
      walk(steps, inner, [...mine, on]);
    };
    for (const step of steps) {
      if (step.does === 'throw') return;
      if (step.does === 'block') enter(step.block, step.waits ? mayUse : []);
      if (step.does === 'blocks side by side') {
        for (const block of step.blocks) enter(block, []);
      }
      if (step.does !== 'use' && step.does !== 'send') continue;
      const scope = scopes[contextOf(mayUse, step.on)];
      if (!scope) throw new Error('a program speaks on a context it has not');
      if (step.does === 'use') scope.inForce = step.persona;
      else {
        const speaker = step.own === undefined ? scope.inForce : step.own;
        shown[step.text] = speaker ?? 'Page';
      }
    }
  }

  walk(
    steps,
    initial.map((inForce) => ({ inForce })),
    initial.map((_, index) => index),
  );
  return shown;
}
