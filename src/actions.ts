import type { Action, Context, Props } from 'bottender';

import type { ContextPersonas } from './speaking/contextPersonas';
import type { SpeakerOn } from './context/personaContext';
import { install } from './context/install';
import { runActions } from './speaking/runActions';
import type { StateValue, CheckedSpeaker } from './options';
import { checkPersona } from './persona';
import { checkProfile, type PersonaProfile } from './profile';
import { defaultRuntime } from './runtime';

/** A value, or a function of the event that gives it; the function may be async. */
export type ValueOrFactory<T, C extends Context, P> =
  T | ((context: C, props: Props<C> & P) => T | Promise<T>);

/**
 * An action that runs `action`, and whatever actions it returns, to the end
 * with this persona in force. Without `action` it runs `props.next`, so it
 * stands in a chain. Works without `personas()` too.
 *
 * @example
 * ```js
 * router([text('help', withPersona('<PERSONA_ID>', Help))]);
 * chain([withPersona((context) => context.state.agent), App]);
 * ```
 * @throws InvalidPersonaError at once for a bad persona; when the function
 * gives one, the action rejects with it
 */
export function withPersona<
  C extends Context = Context,
  P extends Record<string, unknown> = Record<never, never>,
  R extends StateValue = StateValue,
>(
  persona:
    | SpeakerOn<C>
    | null
    | (((context: C, props: Props<C> & P) => R | Promise<R>) &
        ((
          context: C,
          props: Props<C> & P,
        ) =>
          | CheckedSpeaker<R, SpeakerOn<C>>
          | Promise<CheckedSpeaker<R, SpeakerOn<C>>>)),
  action?: Action<C, P>,
): Action<C, P> {
  if (typeof persona !== 'function') checkPersona(persona);
  checkAction('withPersona', action);
  return async function WithPersona(context, props): Promise<void> {
    const given =
      typeof persona === 'function' ? await persona(context, props) : persona;
    await personasFor(context).with(given, () =>
      runActions(() => (action ?? props?.next)?.(context, props), context),
    );
  };
}

/**
 * An action that makes a persona, runs `action`, and whatever actions it
 * returns, to the end with it in force, and deletes it after the last send is
 * answered. Without `action` it runs `props.next`, so it stands in a chain.
 * Works without `personas()` too.
 *
 * @example
 * ```js
 * withEphemeralPersona({ name: 'John Mathew', profilePictureUrl: 'https://...' }, Specialist);
 * ```
 * @throws InvalidProfileError at once for a bad profile; when the function
 * gives one, the action rejects with it
 */
export function withEphemeralPersona<
  C extends Context = Context,
  P extends Record<string, unknown> = Record<never, never>,
>(
  profile: ValueOrFactory<PersonaProfile, C, P>,
  action?: Action<C, P>,
): Action<C, P> {
  if (typeof profile !== 'function') checkProfile(profile);
  checkAction('withEphemeralPersona', action);
  return async function WithEphemeralPersona(context, props): Promise<void> {
    const given =
      typeof profile === 'function' ? await profile(context, props) : profile;
    await personasFor(context).withEphemeral(given, () =>
      runActions(() => (action ?? props?.next)?.(context, props), context),
    );
  };
}

function personasFor(context: Context): ContextPersonas {
  return install(context, defaultRuntime()).personas;
}

function checkAction(wrapper: string, action: unknown): void {
  if (action !== undefined && typeof action !== 'function') {
    throw new TypeError(
      `${wrapper}() wraps an action, which is a function, but this was of type ${typeof action}.`,
    );
  }
}
