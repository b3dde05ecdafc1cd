import { Directory } from './directory/directory';
import { Leases, type ReportCleanup } from './ephemeral/leases';
import { PersonaCreator } from './ephemeral/personaCreator';
import { EphemeralPool } from './ephemeral/pool';
import { Sweep } from './ephemeral/sweep';
import { Sweeper } from './ephemeral/sweeper';
import { checkOptions } from './checkOptions';
import { debug } from './util/debug';
import { PersonaCleanupError } from './errors';
import type { Settings } from './options';
import { CreationBackoff } from './graph/creationBackoff';
import { Refusals } from './refusals/refusals';
import { openStore } from './store/open';
import type { StorePort } from './store/port';
import { noStats, type PersonaStats } from './stats';
import { invokeCallback } from './util/invokeCallback';

/** What one `personas()` keeps: its settings, and the personas it made. */
export interface Runtime {
  readonly settings: Settings;
  /** What it agrees on with other processes. */
  readonly store: StorePort;
  readonly directory: Directory;
  readonly leases: Leases;
  readonly pool: EphemeralPool;
  readonly sweeper: Sweeper;
  readonly refusals: Refusals;
  readonly stats: PersonaStats;
}

export function createRuntime(settings: Settings): Runtime {
  const { lingerMs, leaseMs } = settings.ephemeral;
  const stats = noStats();
  const report: ReportCleanup = (error, persona) => {
    if (error instanceof PersonaCleanupError) stats.leftToSweep += 1;
    debug('told onCleanupError: %s', error.message);
    invokeCallback(settings.onCleanupError, error, persona);
  };
  const store = openStore(settings.store, (error) => report(error, null));
  const leases = new Leases(store, leaseMs, report);
  const creator = new PersonaCreator(leases, new CreationBackoff(), stats);
  const pool = new EphemeralPool(leases, creator, lingerMs, report, stats);
  const directory = new Directory(settings.directory, creator, {
    store,
    leases,
    report,
    endSurplus: (...surplus) => pool.endSurplus(...surplus),
  });
  const sweep = new Sweep(
    leases,
    report,
    (pageId) => directory.idsOn(pageId),
    stats,
  );
  return {
    settings,
    store,
    directory,
    leases,
    pool,
    sweeper: new Sweeper(leases, sweep, leaseMs, report),
    refusals: new Refusals(settings, stats),
    stats,
  };
}

let fallback: Runtime | undefined;

/** For actions on contexts that no `personas()` was installed on: one with the defaults. */
export function defaultRuntime(): Runtime {
  fallback ??= createRuntime(checkOptions());
  return fallback;
}

export function isDefaultRuntime(runtime: Runtime): boolean {
  return runtime === fallback;
}

const runtimes = new WeakMap<object, Runtime>();

/** Lets `runtimeOf` find this runtime by what `personas()` gives. */
export function bindRuntime(plugin: object, runtime: Runtime): void {
  runtimes.set(plugin, runtime);
}

/**
 * The runtime behind what `personas()` gave, found among the `plugins` of
 * bottender.config.js: the command line takes its directory, store and leases.
 * `undefined` for other plugins, and for those of another copy of this package.
 */
export function runtimeOf(plugin: unknown): Runtime | undefined {
  return typeof plugin === 'function' ? runtimes.get(plugin) : undefined;
}
