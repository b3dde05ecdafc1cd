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
    mutate: [
      'checkOptions',
      'profile',
      'persona',
      'nearest',
      'directory/entries',
    ],
    tests: [
      'nearest',
      'persona.test',
      'profile',
      'directory/entries',
      'options',
      'context/badInput',
    ],
  },
  send: {
    mutate: [
      'context/arguments',
      'context/delivery',
      'context/goesOut',
      'context/occasion',
      'context/refused',
      'context/rejected',
      'context/send',
      'context/sign',
      'context/unknown',
      'context/verdict',
    ],
    tests: [
      'context/arguments',
      'context/evidence',
      'context/pages',
      'context/precedence',
      'context/refused.test',
      'context/refused.untouched',
      'context/send',
      'context/unsent',
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
  channels: {
    mutate: [
      'channels/index',
      'channels/line',
      'channels/messenger',
      'channels/shownName',
      'channels/slack',
      'channels/telegram',
      'channels/viber',
      'channels/whatsapp',
      'context/face',
      'context/faceClient',
      'context/faceLayer',
      'context/faceOwn',
      'context/faces',
      'context/host',
      'context/look',
      'context/worn',
    ],
    tests: ['channels/', 'context/send'],
  },
  upload: { mutate: ['context/upload'], tests: ['context/upload'] },
  scope: {
    mutate: [
      'context/contextPersonas',
      'context/initialPersona',
      'context/scope',
      'context/scopedPersonas',
      'context/speaker',
      'context/speakers',
      'context/toTheEnd',
    ],
    tests: [
      'context/as.test',
      'context/returned',
      'context/unsent',
      'context/pages',
      'context/precedence',
      'context/scopes.growth',
      'context/scopes.test',
      'context/usePersona',
      'context/withPersona',
      'ephemeral/block',
      'personas',
      'platforms',
    ],
  },
  install: {
    mutate: ['context/ends', 'context/install', 'context/layer'],
    tests: [
      'context/ends',
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
    mutate: ['orAfter', 'personas', 'runtime', 'stats', 'tell'],
    tests: [
      'orAfter',
      'runtime',
      'stats',
      'tell',
      'ephemeral/cleanup',
      'ephemeral/sharing',
      'personas',
    ],
  },
  client: {
    mutate: ['client/clientPersonas', 'client/clients', 'client/coveredClient'],
    tests: ['client/'],
  },
  actions: { mutate: ['actions'], tests: ['actions', 'context/badInput'] },
  errors: { mutate: ['errors'], tests: ['errors'] },
  messenger: {
    mutate: [
      'field',
      'forgetOldest',
      'messenger/answers',
      'messenger/backoff',
      'messenger/call',
      'messenger/creationWaits',
      'messenger/cancellation',
      'messenger/evidence',
      'messenger/graphCall',
      'messenger/graphFailure',
      'messenger/page',
      'messenger/pageIds',
      'messenger/personaCalls',
      'messenger/personaList',
      'messenger/refusal',
      'messenger/refusals',
      'messenger/retries',
      'messenger/secrets',
      'messenger/verification',
    ],
    tests: [
      'messenger/answers',
      'messenger/backoff',
      'messenger/call',
      'messenger/graphFailure',
      'messenger/pageIds',
      'messenger/refusal',
      'messenger/refusals',
      'messenger/retries',
      'messenger/page.test',
      'messenger/personaCalls',
      'messenger/graphCall',
      'messenger/evidence',
      'messenger/personaList',
    ],
  },
  directory: {
    mutate: ['directory/directory', 'directory/finder', 'directory/pageList'],
    tests: [
      'directory/pageList',
      'directory/finder',
      'directory/store',
      'directory/gone',
      'directory/directory',
      'directory/sharing',
    ],
  },
  pool: {
    mutate: [
      'ephemeral/hold',
      'ephemeral/pool',
      'ephemeral/sharedPersona',
      'ephemeral/turns',
    ],
    tests: [
      'ephemeral/turns',
      'ephemeral/sharing',
      'ephemeral/cleanup',
      'directory/sharing',
      'ephemeral/block',
      'ephemeral/waits',
    ],
  },
  making: {
    mutate: ['ephemeral/creation', 'ephemeral/deletion'],
    tests: [
      'ephemeral/cleanup',
      'directory/sharing',
      'ephemeral/waits',
      'ephemeral/backoff',
    ],
  },
  leases: {
    mutate: ['ephemeral/lease', 'ephemeral/leases', 'ephemeral/undone'],
    tests: [
      'ephemeral/leases.records',
      'ephemeral/leases.test',
      'directory/sharing',
    ],
  },
  sweep: {
    mutate: ['ephemeral/sweep', 'ephemeral/sweeper'],
    tests: ['ephemeral/waits', 'ephemeral/sweep'],
  },
  store: {
    mutate: [
      'store/absence',
      'store/broken',
      'store/byPage',
      'store/credentials',
      'store/fields',
      'store/guard',
      'store/keyv/beneath',
      'store/keyv/guardedStore',
      'store/keyv/keyvPort',
      'store/keyv/walk',
      'store/memory',
      'store/open',
    ],
    tests: ['store/memory', 'store/', 'directory/store', 'directory/sharing'],
  },
};
