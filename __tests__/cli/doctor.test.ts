import { redisStore } from '../../src/redis';
import { openStore } from '../../src/store/open';
import { useOf, withId } from '../store/portContract';
import { PAGE } from '../support/bot';
import { createPersona, profile } from '../support/personas';
import {
  describeWithRedis,
  type RedisServer,
  startRedis,
} from '../support/redis';
import { connect } from '../support/redisClient';
import { RedisCluster, until } from '../store/redis/redisCluster';
import { leaveRecord } from '../support/stores';
import {
  MESSENGER_CHECKS,
  file,
  find,
  json,
  type Patient,
  problems,
  startPatient,
} from './doctorReport';

const APP_TOKEN = '1|APP_SECRET_OF_TESTS';

async function graph(
  patient: Patient,
  method: string,
  path: string,
  token: string,
) {
  const { emulator } = patient;
  const headers = { authorization: `Bearer ${token}` };
  const { ok } = await fetch(`${emulator.origin}${path}`, { method, headers });
  if (!ok) throw new Error(`${method} ${path} failed`);
}

const SESSION_EXPIRED = {
  code: 190,
  error_subcode: 463,
  message:
    'Error validating access token: Session has expired on Sunday, 29-Nov-26.',
};

/** Each fault, and how it is planted. */
const FAULTS = {
  wrongAppSecret: (patient: Patient) =>
    patient.setEnv({ MESSENGER_APP_SECRET: 'ANOTHER_SECRET' }),
  expiredToken: ({ emulator }: Patient) => {
    const path = new RegExp(`^/(me|${PAGE.id}|debug_token)(/|$)`);
    emulator.fail({ path, error: SESSION_EXPIRED });
  },
  lostWebhook: ({ emulator }: Patient) =>
    emulator.setWebhookUrl(`${emulator.origin}/_emulator/nowhere`),
  unsubscribedField: (patient: Patient) =>
    graph(
      patient,
      'DELETE',
      '/1/subscriptions?object=page&fields=messaging_postbacks',
      APP_TOKEN,
    ),
  htmlPicture: (patient: Patient) =>
    patient.answer(
      '/adam.png',
      file('<html>Log in</html>', 'text/html; charset=utf-8'),
    ),
  leftBehind: async ({ emulator, app }: Patient) => {
    const id = await createPersona(emulator, 'John');
    await leaveRecord(app.store, {
      pageId: PAGE.id,
      id,
      ...profile('John'),
      expiresAt: 1,
    });
  },
  duplicate: async ({ emulator }: Patient) => {
    await createPersona(emulator, 'Adam Z.');
    await createPersona(emulator, 'Adam Z.');
  },
  oldGraph: (patient: Patient) => patient.setEnv({ GRAPH_VERSION: '' }),
  missingScope: (patient: Patient) =>
    patient.answer(
      '/api/auth.test',
      json({ ok: true }, { headers: { 'x-oauth-scopes': 'chat:write' } }),
    ),
};

test('a bot that lacks nothing', async () => {
  const patient = await startPatient();
  const report = await patient.doctor();
  expect(problems(report)).toEqual([]);
  const ids = report.checks.map(
    ({ id, channel }) => `${channel ?? 'bot'}/${id}`,
  );
  expect(ids).toEqual([
    ...['config', 'packages', 'store'].map((id) => `bot/${id}`),
    ...MESSENGER_CHECKS.map((id) => `messenger/${id}`),
    ...['credentials', 'permissions', 'pictures'].map((id) => `slack/${id}`),
    ...['credentials', 'directory', 'pictures'].map((id) => `viber/${id}`),
  ]);
});

test.each<
  [
    keyof typeof FAULTS,
    string[],
    id: string,
    channel: string,
    message: RegExp,
    advice: RegExp,
  ]
>([
  [
    'wrongAppSecret',
    [
      'messenger/credentials failed',
      'messenger/webhook skipped',
      'messenger/webhook-fields skipped',
    ],
    'credentials',
    'messenger',
    /app secret is not that of the app 1.*code 190/,
    /App settings > Basic/,
  ],
  [
    'expiredToken',
    [
      'messenger/token failed',
      'messenger/permissions skipped',
      'messenger/webhook-fields skipped',
      'messenger/directory skipped',
      'messenger/leases skipped',
    ],
    'token',
    'messenger',
    /not valid: Error validating access token: Session has expired/,
    /new token of the Page.*\.env/,
  ],
  [
    'lostWebhook',
    ['messenger/webhook failed'],
    'webhook',
    'messenger',
    /nowhere answers HTTP 404/,
    /URL leads to the bot.*listens at \/webhooks\/messenger/,
  ],
  [
    'unsubscribedField',
    ['messenger/webhook-fields failed'],
    'webhook-fields',
    'messenger',
    /Not subscribed: messaging_postbacks\./,
    /messenger webhook set/,
  ],
  [
    'htmlPicture',
    [
      'messenger/pictures failed',
      'slack/pictures failed',
      'viber/pictures failed',
    ],
    'pictures',
    'messenger',
    /adam\.png answers text\/html.*no picture/,
    /JPEG or PNG.*without a login/,
  ],
  [
    'leftBehind',
    ['messenger/leases warning'],
    'leases',
    'messenger',
    /1 persona left behind.*"John"/,
    /bottender-persona sweep/,
  ],
  [
    'duplicate',
    ['messenger/directory warning'],
    'directory',
    'messenger',
    /"Adam Z\." \(adam\) exists 2 times on the Page: \d+, \d+/,
    /bottender-persona delete/,
  ],
  [
    'oldGraph',
    ['messenger/graph-version warning'],
    'graph-version',
    'messenger',
    /v6\.0, which has expired, and is answered by v21\.0.*until 2027-01-21/,
    /version: '27\.0'/,
  ],
  [
    'missingScope',
    ['slack/permissions failed'],
    'permissions',
    'slack',
    /lacks chat:write\.customize/,
    /Bot Token Scopes/,
  ],
])(
  '%s is found, and nothing else',
  async (fault, expected, id, channel, message, advice) => {
    const patient = await startPatient();
    await FAULTS[fault](patient);
    const hasFailed = expected.some((each) => each.endsWith('failed'));
    const report = await patient.doctor(hasFailed ? 1 : 0);
    expect(problems(report)).toEqual(expected);
    const found = find(report, id, channel);
    expect(found.message).toMatch(message);
    expect(found.advice).toMatch(advice);
  },
);

test('a label is part of the names on the Page', async () => {
  const patient = await startPatient();
  patient.setEnv({ LABEL: ' · AI' });
  const profilePictureUrl = patient.pictureAt('/adam.png');
  patient.setDirectory({
    max: { name: 'Max', profilePictureUrl, kind: 'bot' },
  });
  expect(await patient.app.run('sync', '--yes')).toMatchObject({ status: 0 });
  const report = await patient.doctor();
  expect(problems(report)).toEqual([]);
  expect(find(report, 'directory').message).toContain('all on the Page');
});

describeWithRedis('with a Redis cluster', () => {
  let cluster: RedisCluster;
  let patient: Patient;
  /** Resolves when all nodes that run say so of the cluster. */
  const all = (command: string, says: (answer: string) => boolean) =>
    until(`all nodes say so: ${command}`, async () => {
      const answers = await Promise.all(
        cluster.admins
          .filter(({ status }) => status === 'ready')
          .map((admin) => admin.call('CLUSTER', command).catch(() => '')),
      );
      return answers.every((answer) => says(String(answer)));
    });
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    await all('NODES', (nodes) => nodes.match(/slave/g)?.length === 3);
  });
  beforeEach(async () => {
    patient = await startPatient();
    patient.setEnv({ REDIS_NODES: JSON.stringify(cluster.nodeAddresses) });
  });
  afterAll(() => cluster.close());

  const store = async (status: number) =>
    find(await patient.doctor(status), 'store', null);

  test('it says how many masters there are', async () => {
    expect((await store(0)).message).toMatch(
      /^(Redis|Valkey, like Redis) [\d.]+(, a cluster of 3 masters, | answers in )\d+ ms/,
    );
  });

  test('the policy of each master counts', async () => {
    const [admin] = cluster.admins;
    await admin?.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { status, message } = await store(1);
    await admin?.config('SET', 'maxmemory-policy', 'noeviction');
    expect(status).toBe('failed');
    expect(message).toContain('maxmemory-policy allkeys-lru');
  });

  test('a master without a replica is found, and one that nobody replaces', async () => {
    const key = 'bottender-persona:{1}';
    await cluster.killMasterOf(key);
    await cluster.failoverOf(key);
    expect(await store(0)).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(
        /masters, 127\.0\.0\.1:\d+ has no replica/,
      ) as string,
      advice: 'Give each master a replica.',
    });
    // Else all Pages would be away.
    for (const admin of cluster.admins) {
      const set = ['cluster-require-full-coverage', 'no'] as const;
      await admin.config('SET', ...set).catch(() => {});
    }
    await cluster.killMasterOf(key);
    await all('NODES', (nodes) => /master,fail .* \d+-\d+$/m.test(nodes));
    expect(await store(1)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(
        /127\.0\.0\.1:\d+ cannot be reached/,
      ) as string,
    });
  });
});

test('what needs Graph says that it could not be reached', async () => {
  const patient = await startPatient();
  patient.setEnv({ MESSENGER_ORIGIN: 'http://127.0.0.1:9' });
  const report = await patient.doctor(1);
  for (const id of ['webhook', 'webhook-fields', 'directory', 'leases']) {
    expect(find(report, id).message).toBe('Graph could not be reached');
  }
});

test.each([
  ['a Redis', { REDIS_URL: 'redis://127.0.0.1:1' }, 'ECONNREFUSED'],
  // All that ioredis says of it.
  [
    'a cluster',
    { REDIS_NODES: '[{"host":"127.0.0.1","port":1}]' },
    'Connection is closed',
  ],
])(
  '%s that cannot be reached: the client says why',
  async (_what, env, why) => {
    const patient = await startPatient();
    patient.setEnv(env);
    const { message } = find(await patient.doctor(1), 'store', null);
    expect(message).toMatch(/^The store did not answer in 3 s: .*[^.]\.$/);
    expect(message).toContain(why);
  },
);

describeWithRedis('with a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  /** What a process that died leaves in Redis. */
  async function leaveBehind({ emulator }: Patient) {
    const client = await connect(redis.url);
    const store = openStore(redisStore(client), () => {});
    const short = { leaseMs: 1, claimMs: 1 };
    const use = useOf(PAGE.id, 'fly:john', 'John');
    await store.acquire(use, short);
    await store.renew(
      [withId(use, await createPersona(emulator, 'John'))],
      short,
    );
    client.destroy();
  }

  async function setPolicy(policy: string) {
    const client = await connect(redis.url);
    await client.configSet('maxmemory-policy', policy);
    client.destroy();
  }

  test('it is reached, and keeps what is written', async () => {
    await setPolicy('noeviction');
    const patient = await startPatient();
    patient.setEnv({ REDIS_URL: redis.url });
    const report = await patient.doctor();
    // A busy machine makes it slow, which is a warning.
    const { status, message } = find(report, 'store', null);
    expect(status).toMatch(/^(ok|warning)$/);
    expect(message).toMatch(
      /^(Redis|Valkey, like Redis) \d+\.\d+\.\d+(, | answers in )\d+ ms/,
    );
  });

  test('one that deletes what it was given is found', async () => {
    await setPolicy('allkeys-lru');
    const patient = await startPatient();
    patient.setEnv({ REDIS_URL: redis.url });
    const report = await patient.doctor(1);
    expect(problems(report)).toEqual(['bot/store failed']);
    const { message, advice } = find(report, 'store', null);
    expect(message).toContain('maxmemory-policy allkeys-lru');
    expect(advice).toContain('maxmemory-policy noeviction');
  });

  test.each([
    ['is a read-only replica', 'READONLY', /connect to the master/],
    ['is full', 'OOM', /maxmemory/],
    ['wants a password', 'NOAUTH', /user and password into \.env/],
    ['allows no scripts', 'NOPERM', /user this command/],
  ])('one that %s is found', async (_what, answer, advice) => {
    await setPolicy('noeviction');
    const patient = await startPatient();
    patient.setEnv({ REDIS_URL: redis.url });
    const admin = await connect(redis.url);
    await admin.sendCommand(
      {
        READONLY: ['REPLICAOF', '127.0.0.1', '1'],
        OOM: ['CONFIG', 'SET', 'maxmemory', '1'],
        NOAUTH: ['CONFIG', 'SET', 'requirepass', 'secret'],
        NOPERM: ['ACL', 'SETUSER', 'default', '-eval'],
      }[answer] ?? [],
    );
    const found = find(await patient.doctor(1), 'store', null);
    admin.destroy();
    await redis.restart();
    expect(found.status).toBe('failed');
    expect(found.message).toContain(answer);
    expect(found.advice).toMatch(advice);
  });

  test('all faults that can coexist are found in one run', async () => {
    await setPolicy('allkeys-lru');
    const patient = await startPatient();
    FAULTS.lostWebhook(patient);
    await FAULTS.unsubscribedField(patient);
    FAULTS.htmlPicture(patient);
    await FAULTS.duplicate(patient);
    FAULTS.oldGraph(patient);
    FAULTS.missingScope(patient);
    await leaveBehind(patient);
    patient.setEnv({ REDIS_URL: redis.url });
    const report = await patient.doctor(1);
    expect(problems(report)).toEqual([
      'bot/store failed',
      'messenger/graph-version warning',
      'messenger/webhook failed',
      'messenger/webhook-fields failed',
      'messenger/directory warning',
      'messenger/leases warning',
      'messenger/pictures failed',
      'slack/permissions failed',
      'slack/pictures failed',
      'viber/pictures failed',
    ]);
  });

  test('with a wrong secret and an expired token, the rest is found, and what cannot run says why', async () => {
    await setPolicy('allkeys-lru');
    const patient = await startPatient();
    await FAULTS.duplicate(patient);
    FAULTS.wrongAppSecret(patient);
    FAULTS.expiredToken(patient);
    FAULTS.htmlPicture(patient);
    FAULTS.oldGraph(patient);
    FAULTS.missingScope(patient);
    patient.setEnv({ REDIS_URL: redis.url });
    const report = await patient.doctor(1);
    expect(problems(report)).toEqual([
      'bot/store failed',
      'messenger/credentials failed',
      'messenger/token failed',
      'messenger/permissions skipped',
      'messenger/graph-version warning',
      'messenger/webhook skipped',
      'messenger/webhook-fields skipped',
      'messenger/directory skipped',
      'messenger/leases skipped',
      'messenger/pictures failed',
      'slack/permissions failed',
      'slack/pictures failed',
      'viber/pictures failed',
    ]);
    const reason = (id: string) => find(report, id).message;
    expect(reason('permissions')).toMatch(/does not say what the token may do/);
    expect(reason('webhook')).toBe('it needs the right app secret');
    expect(reason('webhook-fields')).toBe('it needs the right app secret');
    expect(reason('directory')).toBe('it needs a valid access token');
    expect(reason('leases')).toBe('it needs a valid access token');
  });

  test('one that does not answer is found in time', async () => {
    const patient = await startPatient();
    patient.setEnv({ REDIS_URL: redis.url });
    redis.pause();
    try {
      const report = await patient.doctor(1);
      expect(find(report, 'store', null)).toMatchObject({
        status: 'failed',
        message: 'The store did not answer in 3 s.',
      });
      expect(find(report, 'leases')).toMatchObject({ status: 'skipped' });
      expect(find(report, 'directory')).toMatchObject({ status: 'ok' });
    } finally {
      redis.resume();
    }
  });
});

test('a persona left behind is found together with a name that exists twice', async () => {
  const patient = await startPatient();
  await FAULTS.leftBehind(patient);
  await FAULTS.duplicate(patient);
  expect(problems(await patient.doctor())).toEqual([
    'messenger/directory warning',
    'messenger/leases warning',
  ]);
});
