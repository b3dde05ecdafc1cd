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
      'options',
      'profile',
      'persona.test',
      'nearest',
      'install/badInput',
      'directory/entries',
    ],
  },
  send: {
    mutate: [
      'sending/arguments',
      'sending/call',
      'sending/delivery',
      'sending/send',
      'sending/sign',
      'sending/unknown',
      'sending/verdict',
      'speaking/goesOut',
      'speaking/occasion',
      'speaking/refused',
      'speaking/rejected',
    ],
    tests: [
      'sending/arguments',
      'sending/evidence',
      'sending/pages',
      'sending/refused.test',
      'sending/refused.untouched',
      'sending/send.test',
      'sending/senderActions',
      'sending/unsent',
      'speaking/precedence',
      'directory/gone',
      'ephemeral/block',
    ],
  },
  identity: {
    mutate: ['sending/identity'],
    tests: [
      'sending/pages',
      'sending/refused.untouched',
      'directory/gone',
      'ephemeral/block',
    ],
  },
  channels: {
    mutate: [
      'channels/console',
      'channels/index',
      'channels/line',
      'channels/messenger',
      'channels/shownName',
      'channels/slack',
      'channels/telegram',
      'channels/viber',
      'channels/whatsapp',
      'install/faceMethods',
      'install/ownFaceMethods',
      'sending/faceAnswer',
      'sending/faceEnds',
      'sending/givenFace',
      'sending/look',
      'sending/sendWithFace',
      'sending/shown',
    ],
    tests: ['channels/', 'sending/send.test'],
  },
  upload: { mutate: ['sending/upload'], tests: ['sending/upload'] },
  speaking: {
    mutate: [
      'install/speakers',
      'speaking/contextPersonas',
      'speaking/initialPersona',
      'speaking/scope',
      'speaking/scopedPersonas',
      'speaking/speaker',
      'speaking/toTheEnd',
    ],
    tests: [
      'sending/pages',
      'sending/unsent',
      'speaking/as.test',
      'speaking/precedence',
      'speaking/returned',
      'speaking/scopes.growth',
      'speaking/scopes.test',
      'speaking/usePersona',
      'speaking/withPersona',
      'ephemeral/block',
      'personas',
      'platforms',
    ],
  },
  install: {
    mutate: [
      'install/cover',
      'install/facesSince',
      'install/idMethods',
      'install/install',
      'install/layer',
      'install/methods',
      'sending/ends',
    ],
    tests: [
      'install/install',
      'sending/ends',
      'sending/send.test',
      'speaking/usePersona',
      'directory/console',
      'personas',
      'platforms',
    ],
    eachRunsAll: true,
  },
  runtime: {
    mutate: ['orAfter', 'personas', 'runtime', 'stats', 'tell', 'warnOnce'],
    tests: [
      'ephemeral/cleanup',
      'ephemeral/sharing',
      'orAfter',
      'personas',
      'runtime',
      'stats',
      'tell',
    ],
  },
  client: {
    mutate: [
      'install/clients',
      'install/coveredClient',
      'speaking/clientPersonas',
    ],
    tests: ['install/client'],
  },
  actions: { mutate: ['actions'], tests: ['actions', 'install/badInput'] },
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
    tests: ['messenger/'],
  },
  directory: {
    mutate: ['directory/directory', 'directory/finder', 'directory/pageList'],
    tests: [
      'directory/directory',
      'directory/gone',
      'directory/pageList',
      'directory/finder',
      'directory/store',
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
      'ephemeral/block',
      'ephemeral/cleanup',
      'ephemeral/sharing',
      'ephemeral/turns',
      'ephemeral/waits',
    ],
  },
  making: {
    mutate: ['ephemeral/creation', 'ephemeral/deletion'],
    tests: ['ephemeral/backoff', 'ephemeral/cleanup'],
  },
  leases: {
    mutate: ['ephemeral/lease', 'ephemeral/leases', 'ephemeral/undone'],
    tests: ['ephemeral/leases'],
  },
  sweep: {
    mutate: ['ephemeral/sweep', 'ephemeral/sweeper'],
    tests: ['ephemeral/sweep', 'ephemeral/waits'],
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
    tests: ['store/', 'directory/store'],
  },
};
