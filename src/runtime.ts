import { EphemeralPool } from './ephemeral/pool';
import { checkOptions, type Settings } from './options';
import { tell } from './tell';

/** What one `personas()` keeps: its settings and the personas it made. */
export interface Runtime {
  readonly settings: Settings;
  readonly ephemeral: EphemeralPool;
}

export function createRuntime(settings: Settings): Runtime {
  return {
    settings,
    ephemeral: new EphemeralPool((error, { id, profile }) =>
      tell(settings.onCleanupError, error, { id, ...profile }),
    ),
  };
}

let fallback: Runtime | undefined;

/** For actions on contexts that no `personas()` was installed on: one with the defaults. */
export function defaultRuntime(): Runtime {
  fallback ??= createRuntime(checkOptions());
  return fallback;
}
