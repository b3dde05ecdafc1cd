import { setImmediate } from 'node:timers/promises';

import type { Action, Context, MessengerClient, Props } from 'bottender';

import { checkOptions, checkTimeout } from './checkOptions';
import type { PersonaClient } from './context/clientTypes';
import { install } from './context/install';
import { PersonaClients } from './context/personaClient';
import type { SweepResult } from './ephemeral/sweep';
import type { StateValue, CheckedSpeaker, PersonasOptions } from './options';
import type { Speaker } from './persona';
import { rejected } from './util/rejected';
import type { PersonaStats } from './stats';
import { bindRuntime, createRuntime } from './runtime';

declare const NAME: unique symbol;

/** What `personas()` gives: a plugin and a chain action at once. `Name` is a name of its directory. */
export interface Personas<Name extends string = string> {
  /** For types only: what `NamesOf` reads. @internal */
  readonly [NAME]?: Name;

  /**
   * Installs the personas on the context of one event. As a plugin it is called
   * with the context alone, as an action with props; then it goes on to `next`.
   */
  <C extends Context>(
    context: C,
    props?: Props<C>,
  ): Promise<Action<C> | undefined>;

  /**
   * For a graceful shutdown: ends the personas that linger now, and those in
   * use with their last use. Resolves when nothing is left, and after
   * `timeoutMs` milliseconds (10,000 unless told) at the latest; what is not
   * deleted by then is told to `onCleanupError` and left to the sweep.
   *
   * Rejects with InvalidOptionError for a bad `timeoutMs`, and with nothing else.
   */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>;

  /**
   * Deletes the on-the-fly personas on this client's Page whose lease has run
   * out, and names those that may have been left behind without a trace of
   * their ID. The plugin does the former by itself; suspects are left to you.
   *
   * @throws UnknownPageError, PersonaStoreError or PersonaCleanupError;
   * TypeError for what is no client
   */
  sweep(client: MessengerClient): Promise<SweepResult>;

  /**
   * Counts since `personas()` was called, in this process; a copy. How often
   * each refusal was met is more than `onRefused` is told, which is told once.
   */
  stats(): PersonaStats;

  /**
   * The same client with personas, for code that has no context, such as an
   * agents' console or a cron job: its send and typing methods carry the
   * persona of `as`, `withPersona`, `withEphemeralPersona`, or their own
   * `personaId`. Names, refusals and errors are as on a context;
   * `initialPersona` is about events and does not count. What `sendRawBody`,
   * `sendMessageFormData` and `sendBatch` are given is sent as it is.
   *
   * The client that is given stays as it is; given it again, this gives the
   * same object.
   *
   * @example
   * ```js
   * const client = plugin.client(getClient('messenger'));
   * await client.as('adam').sendText(psid, 'Adam here.');
   * ```
   * @throws TypeError for what is no client
   */
  client<C extends MessengerClient>(client: C): PersonaClient<C, Name>;
}

/** The names in the directory of a `personas()`, for `PersonaContext`. */
export type NamesOf<P> = P extends Personas<infer Name> ? Name : never;

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

  const { pool, stats, sweeper } = runtime;
  const clients = new PersonaClients<Name>(runtime);
  const plugin = Object.assign(
    function Personas<E extends Context>(
      context: E,
      props?: Props<E>,
    ): Promise<Action<E> | undefined> {
      try {
        const { personas, isNew } = install(context, runtime);
        const starting = isNew ? personas.start() : undefined;
        const next = props?.next;
        if (starting) return starting.then(() => next);
        return next ? Promise.resolve(next) : NO_ACTION;
      } catch (error) {
        return rejected(error);
      }
    },
    {
      async close(options?: { timeoutMs?: number | undefined }) {
        const timeoutMs = checkTimeout(options);
        sweeper.close();
        await pool.close(timeoutMs);
        // A process that exits now would take with it a warning that node prints in its next turn.
        await setImmediate();
      },
      stats(): PersonaStats {
        return { ...stats, refused: { ...stats.refused } };
      },
      async sweep(client: MessengerClient) {
        checkClient('sweep', client);
        return sweeper.now(client);
      },
      client<G extends MessengerClient>(client: G): PersonaClient<G, Name> {
        checkClient('client', client);
        return clients.of(client);
      },
    },
  );
  bindRuntime(plugin, runtime);
  return plugin;
}

/** Most events start nothing that must be waited for, and then an async function's own promise costs them. */
const NO_ACTION = Promise.resolve(undefined);

function checkClient(
  method: string,
  client: MessengerClient | null | undefined,
): void {
  if (typeof client?.createPersona === 'function') return;
  throw new TypeError(
    `${method}() takes the client of a Page, such as \`context.client\` or a MessengerClient with its access token, ` +
      `but this was ${client === null ? 'null' : `of type ${typeof client}`}.`,
  );
}
