import type { Action, Context } from 'bottender';

import { checkOptions } from './checkOptions';
import type { PersonaClients } from './context/clientTypes';
import { recordEcho } from './context/echoes';
import { install } from './context/install';
import { createControls } from './controls';
import type { StateValue, CheckedSpeaker, PersonasOptions } from './options';
import type { Speaker } from './persona';
import { rejected } from './util/failures';
import { bindRuntime, createRuntime } from './runtime';

declare const NAME: unique symbol;

/**
 * What all contexts have in common, `PersonaContext` included. A chain infers the
 * most specific context type of its actions, which is never this one.
 * @inline
 */
type AnyContext = Omit<Context, 'sendText'>;

/** The next action in a chain, for any context. @inline */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Next = Action<any>;

/**
 * What `personas()` returns: a plugin that is also an action for chains.
 *
 * @typeParam Name the names of its directory
 */
export interface Personas<
  Name extends string = string,
> extends PersonaClients<Name> {
  /** For types only: `NamesOf` reads it. @internal */
  readonly [NAME]?: Name;

  /**
   * Adds the persona methods to the context of one event. Bottender calls it. In a
   * chain, it gets `props` and continues with `props.next`.
   */
  (context: AnyContext, props?: { next?: Next }): Promise<Next | undefined>;
}

/** The names in the directory of a `personas()`, for `PersonaContext`. */
export type NamesOf<P> = P extends Personas<infer Name> ? Name : never;

/**
 * Creates the plugin. It adds `usePersona`, `persona`, `withPersona`,
 * `withEphemeralPersona` and `as` to each context, and sends the context's
 * messages as the active persona. A second `personas()` on a context does nothing.
 *
 * @throws InvalidOptionError if an option is unknown or has a bad value
 * @example
 * ```js
 * // bottender.config.js
 * module.exports = { plugins: [personas()], channels: { ... } };
 * // or in a chain
 * module.exports = chain([personas(), App]);
 * ```
 * @see https://bottender.js.org/docs/advanced-guides-plugins
 */
export function personas<
  Name extends string = string,
  C extends Context = Context,
  R extends StateValue = StateValue,
>(
  options: PersonasOptions<Name, C, R> & {
    initialPersona?:
      | Speaker<NoInfer<Name>>
      | null
      | ((
          context: C,
        ) =>
          | CheckedSpeaker<R, Speaker<NoInfer<Name>>>
          | Promise<CheckedSpeaker<R, Speaker<NoInfer<Name>>>>)
      | undefined;
  } = {},
): Personas<Name> {
  const runtime = createRuntime(checkOptions(options));
  const plugin = Object.assign(function Personas(
    context: AnyContext,
    props?: { next?: Next },
  ): Promise<Next | undefined> {
    try {
      // Every context has `sendText`, of whatever type.
      const { personas, isNew } = install(context as Context, runtime);
      const recording = isNew ? recordEcho(personas) : undefined;
      const initial = isNew ? personas.start() : undefined;
      const starting = recording ? recording.then(() => initial) : initial;
      const next = props?.next;
      if (starting) return starting.then(() => next);
      return next ? Promise.resolve(next) : NO_ACTION;
    } catch (error) {
      return rejected(error);
    }
  }, createControls<Name>(runtime));
  bindRuntime(plugin, runtime);
  return plugin;
}

/** Shared, because most events have nothing to wait for. */
const NO_ACTION = Promise.resolve(undefined);
