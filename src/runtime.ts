import { checkOptions } from './checkOptions';
import { Directory } from './directory/directory';
import { Conversations } from './disclosure/conversations';
import { ConversationsWithFallback } from './disclosure/fallback';
import { Leases, type OnCleanupError } from './ephemeral/leases';
import { OpenHandles } from './ephemeral/openHandles';
import { PersonaCreator } from './ephemeral/personaCreator';
import { EphemeralPool } from './ephemeral/pool';
import { Sweep } from './ephemeral/sweep';
import { Sweeper } from './ephemeral/sweeper';
import { PersonaCleanupError, PersonaStoreError } from './errors';
import { pageKey, type Page } from './graph/page';
import type { Settings } from './options';
import { Refusals } from './refusals/refusals';
import { noStats } from './stats';
import { processMemory } from './store/memory';
import { openConversations, openStore } from './store/open';
import { debug } from './util/debug';
import { invokeCallback } from './util/invokeCallback';

/** The settings and services of one `personas()`. */
export type Runtime = Readonly<ReturnType<typeof createRuntime>>;

/** @param isDefault whether an action wrapper, not `personas()`, creates it */
export function createRuntime(settings: Settings, isDefault = false) {
  const { lingerMs, leaseMs } = settings.ephemeral;
  const stats = noStats();
  const report: OnCleanupError = (error, persona) => {
    if (error instanceof PersonaCleanupError) stats.leftToSweep += 1;
    debug('told onCleanupError: %s', error.message);
    invokeCallback(settings.onCleanupError, error, persona);
  };
  const store = openStore(settings.store, (error) => report(error, null));
  const keyOf = store === processMemory ? pageKey : undefined;
  const leases = new Leases(store, leaseMs, report, keyOf);
  const creator = new PersonaCreator(leases, stats);
  const pool = new EphemeralPool(leases, creator, lingerMs, stats);
  const directory = new Directory(settings.directory, leases, creator, pool);
  const idsOn = (page: Page) => directory.idsOn(page);
  const sweep = new Sweep(leases, report, idsOn, stats);
  return {
    settings,
    store,
    directory,
    leases,
    creator,
    pool,
    handles: new OpenHandles(report),
    sweeper: new Sweeper(leases, sweep),
    refusals: new Refusals(settings, stats, isDefault),
    stats,
    /** `undefined` without `disclosure.message`, so that nothing is kept. */
    conversations: createConversations(settings, report),
    /** Whether calls have to be read that otherwise need not be. */
    readsAll: readsAll(settings),
    isDefault,
  };
}

function createConversations(
  { disclosure, store }: Settings,
  report: OnCleanupError,
): Conversations | undefined {
  if (!disclosure?.message) return undefined;
  const { lapseMs } = disclosure;
  const opened = openConversations(store, lapseMs, (error) =>
    report(error, null),
  );
  const onAway = () =>
    report(
      new PersonaStoreError(
        'use',
        'it does not answer',
        'Until it is back, each process decides alone what it discloses, so a customer may read it twice.',
      ),
      null,
    );
  return new Conversations(
    new ConversationsWithFallback(opened, lapseMs, onAway),
  );
}

/** To disclose, to tell `onSent`, and because a bot may not use the tag HUMAN_AGENT. */
function readsAll({ disclosure, onSent, directory }: Settings): boolean {
  return (
    disclosure?.message !== undefined ||
    onSent !== undefined ||
    [...directory.values()].some(({ kind }) => kind === 'bot')
  );
}

let fallback: Runtime | undefined;

/** The runtime of `withPersona` and `withEphemeralPersona` on contexts without `personas()`. */
export function defaultRuntime(): Runtime {
  fallback ??= createRuntime(checkOptions(), true);
  return fallback;
}

const runtimes = new WeakMap<object, Runtime>();

/** Lets `runtimeOf` find the runtime by its plugin. */
export function bindRuntime(plugin: object, runtime: Runtime): void {
  runtimes.set(plugin, runtime);
}

/**
 * The runtime of a plugin that `personas()` returned; `undefined` for other
 * plugins, and those of another copy of this package. The command line uses it.
 */
export function runtimeOf(plugin: unknown): Runtime | undefined {
  return typeof plugin === 'function' ? runtimes.get(plugin) : undefined;
}
