import type { Context } from 'bottender';

import type { Where } from '../errors';
import { pageContextOf, type PageContext } from '../graph/page';
import { checkPersona, type Persona } from '../persona';
import type { Runtime } from '../runtime';

import { goesOut } from './goesOut';
import { initialPersonaOf } from './initialPersona';
import type { Occasion } from './occasion';
import { innermostScope, type Rule } from './scope';
import { ScopedPersonas } from './scopedPersonas';
import type { InForce } from './speaker';

/** Which personas are in force on one context, for the event that it stands for. */
export class ContextPersonas extends ScopedPersonas implements Occasion {
  /** What `usePersona` said outside of every block; `undefined` when it was not called. */
  private used: Persona | null | undefined;
  private initial: InForce = null;

  constructor(
    readonly context: Context,
    public runtime: Runtime,
    readonly where?: Where,
  ) {
    super();
  }

  /** All that is said on a context is said in its event. */
  get occasion(): Occasion {
    return this;
  }

  /** `null` without a session. */
  get psid(): string | null {
    const session: { user?: { id?: unknown } } | null = this.context.session;
    const id = session?.user?.id;
    return typeof id === 'string' ? id : null;
  }

  get pageContext(): PageContext | undefined {
    return pageContextOf(this.context);
  }

  get goesOut(): boolean {
    return goesOut(this.context);
  }

  /** Puts `initialPersona` in force; one that `usePersona` named meanwhile stays. Never rejects. */
  start(): Promise<void> | undefined {
    const initial = initialPersonaOf(this);
    if (initial instanceof Promise) {
      return initial.then((persona) => {
        this.initial = persona;
      });
    }
    this.initial = initial;
    return undefined;
  }

  get outside(): InForce {
    return this.used === undefined ? this.initial : this.used;
  }

  get outsideBy(): Rule {
    if (this.used !== undefined) return 'usePersona';
    return this.initial === null ? 'nothing' : 'initialPersona';
  }

  use(persona: unknown): void {
    const checked = checkPersona(persona);
    const scope = innermostScope(this);
    if (scope) {
      scope.inForce = checked;
      scope.by = 'usePersona';
    } else this.used = checked;
  }
}
