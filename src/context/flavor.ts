import type { Context, MessengerContext } from 'bottender';

import type { Persona } from '../persona';
import type { EphemeralPersona, PersonaProfile } from '../profile';

import type { CoveredMethod } from './methods';

/** What `personas()` adds to a context. */
export interface PersonaMethods {
  /** Who speaks here, as it was given (an ID or a name), or `null` for the Page. */
  readonly persona: Persona | null;

  /**
   * Speaks as this persona (`null`: as the Page) from here on, until the
   * enclosing `withPersona` block or the event ends.
   *
   * @throws InvalidPersonaError for an empty or non-string persona
   */
  usePersona(persona: Persona | null): void;

  /**
   * Speaks as this persona inside `run` and all that it calls and awaits, and
   * gives back what `run` gives back. An error of `run` comes through unchanged.
   * Blocks may be nested and may run side by side.
   *
   * Rejects with InvalidPersonaError for an empty or non-string persona.
   */
  withPersona<T>(
    persona: Persona | null,
    run: () => T | Promise<T>,
  ): Promise<T>;

  /**
   * Makes a persona, speaks as it inside `run`, and deletes it after the last
   * send of the block is answered, awaited or not. An error of `run` comes
   * through unchanged; a failed deletion is told to `onCleanupError`.
   *
   * Rejects with InvalidProfileError for a profile that Messenger would refuse,
   * before anything is sent.
   */
  withEphemeralPersona<T>(
    profile: PersonaProfile,
    run: (persona: EphemeralPersona) => T | Promise<T>,
  ): Promise<T>;
}

/** The arguments of a send method, whose own `personaId` may also be `null`, the Page. */
type PersonaArguments<A extends unknown[]> = {
  [I in keyof A]: 'personaId' extends keyof NonNullable<A[I]>
    ? Omit<NonNullable<A[I]>, 'personaId'> & { personaId?: Persona | null }
    : A[I];
};

type Covered<F> = F extends (...args: infer A) => infer R
  ? (...args: PersonaArguments<A>) => R
  : never;

/**
 * A context that `personas()` was installed on, for the handlers that use it.
 *
 * @example
 * ```ts
 * async function App(context: PersonaContext) {
 *   await context.withPersona('<PERSONA_ID>', () => context.sendText('hi'));
 * }
 * ```
 */
export type PersonaContext<C extends Context = MessengerContext> = Omit<
  C,
  keyof PersonaMethods | (keyof C & CoveredMethod)
> &
  PersonaMethods & { [M in keyof C & CoveredMethod]: Covered<C[M]> };
