import type { Action, Context, Props } from 'bottender';

import type { ContextPersonas } from './speaking/contextPersonas';
import type { SpeakerOn } from './context/personaContext';
import { install } from './context/install';
import { runActions } from './speaking/runActions';
import type { StateValue, CheckedSpeaker } from './options';
import { checkPersona } from './persona';
import { checkProfile, type PersonaProfile } from './profile';
import { defaultRuntime } from './runtime';

/** A value, or a sync or async function of context and props that returns it. */
export type ValueOrFactory<T, C extends Context, P> =
  T | ((context: C, props: Props<C> & P) => T | Promise<T>);

/**
 * Wraps an action: it, and the actions that it returns, send as this persona.
 * Without `action` it wraps `props.next`, for chains. Works without `personas()`.
 *
 * @param persona an ID, a name, `null` for the Page, or a function that returns one
 * @param given the action that runs as the persona; without it, the rest of the chain
 * @throws InvalidPersonaError for an invalid persona; the action rejects with it
 * if the function returns one
 * @throws TypeError if `action` is passed but is not a function, for example `undefined`
 * @example
 * ```js
 * router([text('help', withPersona('<PERSONA_ID>', Help))]);
 * chain([withPersona((context) => context.state.agent), App]);
 * ```
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
  ...given: [action?: Action<C, P>]
): Action<C, P> {
  if (typeof persona !== 'function') checkPersona(persona);
  const action = checkAction('withPersona', given);
  return async function WithPersona(context, props): Promise<void> {
    const speaker =
      typeof persona === 'function' ? await persona(context, props) : persona;
    await personasFor(context).with(speaker, () =>
      runActions(() => (action ?? props?.next)?.(context, props), context),
    );
  };
}

/**
 * Wraps an action: creates a persona, runs the action and those that it returns
 * as it, and deletes it after their last send. Without `action` it wraps
 * `props.next`, for chains. Works without `personas()`.
 *
 * @param profile a name and a picture, or a function that returns them
 * @param given the action that runs as the persona; without it, the rest of the chain
 * @throws InvalidProfileError for an invalid profile; the action rejects with it
 * if the function returns one
 * @throws TypeError if `action` is passed but is not a function, for example `undefined`
 * @example
 * ```js
 * withEphemeralPersona({ name: 'John Mathew', profilePictureUrl: 'https://...' }, Specialist);
 * ```
 */
export function withEphemeralPersona<
  C extends Context = Context,
  P extends Record<string, unknown> = Record<never, never>,
>(
  profile: ValueOrFactory<PersonaProfile, C, P>,
  ...given: [action?: Action<C, P>]
): Action<C, P> {
  if (typeof profile !== 'function') checkProfile(profile);
  const action = checkAction('withEphemeralPersona', given);
  return async function WithEphemeralPersona(context, props): Promise<void> {
    const shown =
      typeof profile === 'function' ? await profile(context, props) : profile;
    await personasFor(context).withEphemeral(shown, () =>
      runActions(() => (action ?? props?.next)?.(context, props), context),
    );
  };
}

function personasFor(context: Context): ContextPersonas {
  return install(context, defaultRuntime()).personas;
}

/** Distinguishes an omitted action from one that is passed as `undefined`. */
function checkAction<A>(wrapper: string, given: [action?: A]): A | undefined {
  if (given.length === 0 || typeof given[0] === 'function') return given[0];
  const [action] = given;
  throw new TypeError(
    `${wrapper}() wraps an action, which is a function, but this was ` +
      (action === undefined
        ? 'undefined: is the action exported, and imported under its name? Leave it out to wrap what follows in a chain.'
        : `of type ${typeof action}.`),
  );
}
