import { setImmediate } from 'node:timers/promises';

import type { Action, Context, MessengerClient } from 'bottender';

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
export interface Personas<Name extends string = string> {
  /** For types only: `NamesOf` reads it. @internal */
  readonly [NAME]?: Name;

  /**
   * Adds the persona methods to the context of one event. Bottender calls it. In a
   * chain, it gets `props` and continues with `props.next`.
   */
  (context: AnyContext, props?: { next?: Next }): Promise<Next | undefined>;

  /**
   * Shuts down: releases all handles of `createEphemeralPersona`, and deletes
   * ephemeral personas, those in use after their last use. Resolves when all are
   * deleted, or after `timeoutMs` milliseconds (default 10,000). Personas that
   * remain are reported to `onCleanupError` and deleted by a later sweep.
   *
   * Rejects with InvalidOptionError for a bad `timeoutMs`, and with no other error.
   *
   * @example
   * ```js
   * process.once('SIGTERM', () => plugin.close().then(() => process.exit()));
   * ```
   */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>;

  /**
   * Deletes the ephemeral personas of dead processes on this client's Page. The
   * plugin also does this by itself. Resolves to the deleted personas and the
   * suspects: personas that such a process may have created, for you to delete.
   *
   * @throws UnknownPageError, PersonaStoreError or PersonaCleanupError;
   * TypeError if `client` is not a client
   * @example
   * ```js
   * const { deleted, suspects } = await plugin.sweep(getClient('messenger'));
   * ```
   */
  sweep(client: MessengerClient): Promise<SweepResult>;

  /** A copy of the counters. `stats().refused` counts every refusal; `onRefused` is called once for each. */
  stats(): PersonaStats;

  /**
   * Adds personas to a client, for code without a context, such as an agents'
   * console or a cron job. Its send and typing methods use the persona of `as`,
   * `withPersona` or `withEphemeralPersona`, or their own `personaId` option.
   * Names, refusals and errors work as on a context; `initialPersona` does not
   * apply. `sendRawBody` and `sendMessageFormData` carry personas too, unless
   * they have a `persona_id`; `sendBatch` does not.
   *
   * Returns a new object, the same one for the same client.
   *
   * @throws TypeError if `client` is not a client
   * @example
   * ```js
   * const client = plugin.client(getClient('messenger'));
   * await client.as('adam').sendText(psid, 'Adam here.');
   * ```
   */
  client<C extends MessengerClient>(client: C): PersonaClient<C, Name>;
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
  const { pool, handles, stats, sweeper } = runtime;
  const clients = new PersonaClients<Name>(runtime);
  const plugin = Object.assign(
    function Personas(
      context: AnyContext,
      props?: { next?: Next },
    ): Promise<Next | undefined> {
      try {
        // Every context has a `sendText`; only its type differs.
        const { personas, isNew } = install(context as Context, runtime);
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
        const closed = pool.close(timeoutMs);
        handles.close();
        await closed;
        // Node prints warnings in the next turn: a process that exits now would lose them.
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

/** Shared, because most events have nothing to wait for. */
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
