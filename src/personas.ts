import type { Action, Context, Props } from 'bottender';

import { install } from './context/install';
import { checkOptions, type PersonasOptions } from './options';
import { createRuntime } from './runtime';

/** What `personas()` gives: a plugin and a chain action at once. */
export interface Personas {
  /**
   * Installs the personas on the context of one event. As a plugin it is called
   * with the context alone, as an action with props; then it goes on to `next`.
   */
  <C extends Context>(
    context: C,
    props?: Props<C>,
  ): Promise<Action<C> | undefined>;
}

/**
 * Gives each context `usePersona`, `persona`, `withPersona` and
 * `withEphemeralPersona`, and has everything it sends carry the persona in force.
 *
 * Put it among the `plugins` of bottender.config.js, or first in a chain.
 * Installed twice on a context, the first stays.
 *
 * @example
 * ```js
 * module.exports = { plugins: [personas()], channels: { ... } };
 * module.exports = chain([personas(), App]);
 * ```
 * @throws InvalidOptionError when an option is unknown or has a bad value
 * @see https://bottender.js.org/docs/advanced-guides-plugins
 */
export function personas<C extends Context = Context>(
  options: PersonasOptions<C> = {},
): Personas {
  const runtime = createRuntime(checkOptions(options));

  return async function Personas(context, props) {
    const { personas, isNew } = install(context, runtime);
    if (isNew) await personas.start();
    return props?.next;
  };
}
