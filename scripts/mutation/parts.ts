/** A part of the library. */
export interface Part {
  /** Files of `src/`. */
  readonly mutate: readonly string[];
  /** The suites that are about them, as beginnings of their paths in `__tests__/`. */
  readonly tests: readonly string[];
  /**
   * Runs all these tests for each mutant. Elsewhere Stryker runs those that
   * reached the mutant, which misses what a process does once, for the first.
   */
  readonly eachRunsAll?: boolean;
}

/** All mutants against all tests would take days, so each part has its own tests. */
export const PARTS: Record<string, Part> = {
  checks: {
    mutate: ['options', 'profile', 'persona', 'directory/entries'],
    tests: [
      'options',
      'profile',
      'persona.test',
      'context/badInput',
      'directory/entries',
    ],
  },
  send: {
    mutate: [
      'context/arguments',
      'context/methods',
      'context/refused',
      'context/send',
    ],
    tests: [
      'context/arguments',
      'context/pages',
      'context/precedence',
      'context/refused.test',
      'context/refused.untouched',
      'context/send',
      'directory/gone',
      'ephemeral/block',
    ],
  },
  voice: {
    mutate: ['context/voice'],
    tests: [
      'context/pages',
      'context/refused.untouched',
      'directory/gone',
      'ephemeral/block',
    ],
  },
  upload: { mutate: ['context/upload'], tests: ['context/upload'] },
  scope: {
    mutate: ['context/contextPersonas', 'context/scope'],
    tests: [
      'context/pages',
      'context/precedence',
      'context/scopes.test',
      'context/usePersona',
      'context/withPersona',
      'ephemeral/block',
      'personas',
      'platforms',
    ],
  },
  install: {
    mutate: ['context/install', 'context/layer'],
    tests: [
      'context/install',
      'context/send',
      'context/usePersona',
      'directory/console',
      'personas',
      'platforms',
    ],
    eachRunsAll: true,
  },
  runtime: {
    mutate: ['orAfter', 'personas', 'runtime', 'tell'],
    tests: [
      'ephemeral/cleanup',
      'ephemeral/sharing',
      'orAfter',
      'personas',
      'runtime',
      'tell',
    ],
  },
  actions: { mutate: ['actions'], tests: ['actions', 'context/badInput'] },
  errors: { mutate: ['errors'], tests: ['errors'] },
  messenger: {
    mutate: [
      'messenger/call',
      'messenger/graphFailure',
      'messenger/page',
      'messenger/personaCalls',
      'messenger/refusal',
      'messenger/retries',
    ],
    tests: ['messenger/'],
  },
  directory: {
    mutate: ['directory/directory', 'directory/pageList'],
    tests: [
      'directory/directory',
      'directory/gone',
      'directory/records',
      'directory/store',
    ],
  },
  records: { mutate: ['directory/records'], tests: ['directory/records'] },
  pool: {
    mutate: [
      'ephemeral/hold',
      'ephemeral/pace',
      'ephemeral/pool',
      'ephemeral/sharedPersona',
    ],
    tests: ['ephemeral/block', 'ephemeral/cleanup', 'ephemeral/sharing'],
  },
  making: {
    mutate: ['ephemeral/creation', 'ephemeral/deletion'],
    tests: ['ephemeral/backoff', 'ephemeral/cleanup'],
  },
  leases: { mutate: ['ephemeral/leases'], tests: ['ephemeral/leases'] },
  sweep: {
    mutate: ['ephemeral/sweep', 'ephemeral/sweeper'],
    tests: ['ephemeral/sweep'],
  },
  store: {
    mutate: ['store/guardedStore', 'store/store'],
    tests: ['store/', 'directory/store'],
  },
};
