import fs from 'node:fs';
import path from 'node:path';

import { APP_SECRET, OTHER_PAGE, PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { listenOnLoopback } from '../support/loopback';
import { createPersona, profile } from '../support/personas';
import { leaveRecord } from '../support/stores';
import { makeApp, SEVERAL_PAGES, USUAL_CONFIG } from './cliApp';
import {
  MESSENGER_CHECKS,
  CHANNEL_SECRETS,
  file,
  find,
  type Found,
  graphWith,
  json,
  type Patient,
  PNG,
  problems,
  type Report,
  startPatient,
} from './doctorReport';

type Plant = (patient: Patient) => unknown;

const APP_TOKEN = `1|${APP_SECRET}`;

async function graph(
  { emulator }: Patient,
  method: string,
  path: string,
  token = PAGE.accessToken,
) {
  const headers = { authorization: `Bearer ${token}` };
  const { ok } = await fetch(`${emulator.origin}${path}`, { method, headers });
  if (!ok) throw new Error(`${method} ${path} failed`);
}

/** What `debug_token` says instead. */
const tokenThatIs =
  (data: object): Plant =>
  async (patient) =>
    patient.setEnv({
      MESSENGER_ORIGIN: await graphWith(patient.emulator, /debug_token/, {
        data: {
          app_id: '1',
          type: 'PAGE',
          is_valid: true,
          expires_at: 0,
          scopes: ['pages_messaging', 'pages_manage_metadata'],
          ...data,
        },
      }),
    });

const inSeconds = (days: number) =>
  Math.floor(Date.now() / 1000) + days * 86_400;

/** A bot's webhook that answers so: to the verification, to what is signed rightly, and to what is not. */
const webhookThat =
  (answers: {
    verified?: number;
    challenge?: string;
    right?: number;
    wrong?: number;
  }): Plant =>
  async ({ emulator }) => {
    let posts = 0;
    const { origin } = await listenOnLoopback((request, response) => {
      const { verified = 200, challenge, right = 200, wrong = 403 } = answers;
      const { searchParams } = new URL(request.url ?? '', 'http://localhost');
      request.resume();
      if (request.method === 'GET') {
        response
          .writeHead(verified)
          .end(challenge ?? searchParams.get('hub.challenge'));
      } else {
        posts += 1;
        response.writeHead(posts === 1 ? right : wrong).end();
      }
    });
    emulator.setWebhookUrl(`${origin}/webhooks/messenger?key=SECRET_IN_URL`);
  };

/** What is reported while Graph answers nothing of use. */
const WITHOUT_GRAPH = [
  'messenger/credentials skipped',
  'messenger/token failed',
  'messenger/permissions skipped',
  'messenger/webhook skipped',
  'messenger/webhook-fields skipped',
  'messenger/directory skipped',
  'messenger/leases skipped',
];

test.each<[string, Plant, string[], Partial<Record<keyof Found, RegExp>>]>([
  [
    'no access token',
    ({ setEnv }) => setEnv({ MESSENGER_ACCESS_TOKEN: '', GRAPH_VERSION: '' }),
    [
      'messenger/credentials failed',
      'messenger/token skipped',
      'messenger/permissions skipped',
      'messenger/graph-version skipped',
      'messenger/webhook skipped',
      'messenger/webhook-fields skipped',
      'messenger/directory skipped',
      'messenger/leases skipped',
    ],
    { message: /no access token/, advice: /\.env/ },
  ],
  [
    'Graph cannot be reached',
    ({ setEnv }) => setEnv({ MESSENGER_ORIGIN: 'http://127.0.0.1:9' }),
    WITHOUT_GRAPH,
    { message: /^Graph could not check .*could not be reached/ },
  ],
  [
    'an origin that ends with a slash',
    ({ emulator, setEnv }) =>
      setEnv({ MESSENGER_ORIGIN: `${emulator.origin}/` }),
    WITHOUT_GRAPH,
    { message: /^Graph does not take .*origin.*no slash at its end/ },
  ],
  [
    'a version that is none',
    ({ setEnv }) => setEnv({ GRAPH_VERSION: '27' }),
    [
      'messenger/credentials skipped',
      'messenger/token failed',
      'messenger/permissions skipped',
      'messenger/graph-version failed',
      'messenger/webhook skipped',
      'messenger/webhook-fields skipped',
      'messenger/directory skipped',
      'messenger/leases skipped',
    ],
    {
      message: /^Graph does not take .*`version` of a `client`, such as 27\.0/,
    },
  ],
  [
    "a user's token",
    tokenThatIs({ type: 'USER' }),
    ['messenger/token failed'],
    { message: /of the type USER/, advice: /new token of the Page/ },
  ],
  [
    'Graph calls the token invalid, and takes it',
    tokenThatIs({ is_valid: false }),
    ['messenger/permissions skipped'],
    { message: /the token is not valid/ },
  ],
  [
    'a token that expires soon',
    tokenThatIs({
      expires_at: inSeconds(3),
      data_access_expires_at: inSeconds(90),
    }),
    ['messenger/token warning'],
    { message: /expires on 20\d\d-/, advice: /new token of the Page/ },
  ],
  [
    'a token whose access to data ends soon',
    tokenThatIs({ expires_at: 0, data_access_expires_at: inSeconds(3) }),
    ['messenger/token warning'],
    { message: /expires on/ },
  ],
  [
    'a token of another Page than the config says',
    ({ app }) => {
      const config = path.join(app.folder, 'bottender.config.js');
      const text = fs.readFileSync(config, 'utf8');
      fs.writeFileSync(
        config,
        `${text}\nmodule.exports.channels.messenger.pageId = '${OTHER_PAGE.id}';`,
      );
    },
    ['messenger/token failed'],
    {
      message: new RegExp(`belongs to ${PAGE.id}.*pageId is ${OTHER_PAGE.id}`),
      advice: /same Page/,
    },
  ],
  [
    'no permission to send',
    tokenThatIs({ scopes: ['pages_manage_metadata'] }),
    ['messenger/permissions failed'],
    { message: /lacks pages_messaging/, advice: /App Review/ },
  ],
  [
    'no permission to read the webhook',
    tokenThatIs({ scopes: ['pages_messaging'] }),
    ['messenger/permissions warning'],
    { message: /lacks pages_manage_metadata/, advice: /App Review/ },
  ],
  [
    'a Graph version that ends soon',
    ({ setEnv }) => setEnv({ GRAPH_VERSION: 'v21.0' }),
    ['messenger/graph-version warning'],
    { message: /v21\.0.*2027-01-21/, advice: /version: '27\.0'/ },
  ],
  [
    'an app without a webhook',
    (patient) => graph(patient, 'DELETE', '/1/subscriptions', APP_TOKEN),
    ['messenger/webhook failed', 'messenger/webhook-fields skipped'],
    { message: /no webhook for Pages/, advice: /messenger webhook set/ },
  ],
  [
    'a webhook that nobody serves',
    ({ emulator }) =>
      emulator.setWebhookUrl('http://127.0.0.1:9/webhooks/messenger'),
    ['messenger/webhook failed'],
    {
      message: /could not be reached: .*ECONNREFUSED/,
      advice: /Start the bot/,
    },
  ],
  [
    'another verify token',
    ({ setEnv }) => setEnv({ MESSENGER_VERIFY_TOKEN: 'ANOTHER' }),
    ['messenger/webhook failed'],
    { message: /refuses the `verifyToken`/, advice: /this config/ },
  ],
  [
    'no verify token',
    ({ setEnv }) => setEnv({ MESSENGER_VERIFY_TOKEN: '' }),
    ['messenger/webhook warning'],
    { message: /without `verifyToken`/, advice: /at each start/ },
  ],
  [
    'a proxy that does not reach the bot',
    webhookThat({ verified: 502 }),
    ['messenger/webhook failed'],
    { message: /answers HTTP 502/, advice: /start the bot/ },
  ],
  [
    'a page in place of the webhook',
    webhookThat({ challenge: '<html>' }),
    ['messenger/webhook failed'],
    { message: /something else than the challenge/, advice: /check the URL/ },
  ],
  [
    'a running bot with another app secret',
    webhookThat({ right: 400, wrong: 400 }),
    ['messenger/webhook failed'],
    {
      message:
        /refuses what is signed with the app secret of the config \(400\)/,
      advice: /another app secret/,
    },
  ],
  [
    'a webhook that checks no signature',
    webhookThat({ wrong: 200 }),
    ['messenger/webhook failed'],
    { message: /anyone can write/, advice: /X-Hub-Signature-256/ },
  ],
  [
    'a webhook that fails at everything',
    webhookThat({ right: 500, wrong: 500 }),
    ['messenger/webhook failed'],
    {
      message: /fails at what is signed with a wrong app secret \(500\)/,
      advice: /log/,
    },
  ],
  [
    'a Page that is not subscribed to the app',
    (patient) => graph(patient, 'DELETE', `/${PAGE.id}/subscribed_apps`),
    ['messenger/webhook-fields failed'],
    {
      message: /sends the app nothing/,
      advice:
        /POST \/\d+\/subscribed_apps\?subscribed_fields=messages,messaging_postbacks/,
    },
  ],
  [
    'a Page that is not subscribed to a field',
    (patient) =>
      graph(
        patient,
        'POST',
        `/${PAGE.id}/subscribed_apps?subscribed_fields=messages,messaging_postbacks,messaging_optins,messaging_handovers,messaging_policy_enforcement`,
      ),
    ['messenger/webhook-fields warning'],
    {
      message: /Not subscribed: messaging_referrals/,
      advice:
        /subscribed_fields=messages,messaging_postbacks,messaging_optins,messaging_handovers,messaging_policy_enforcement,messaging_referrals/,
    },
  ],
  [
    'a name whose ID is not on the Page',
    ({ setDirectory, pictureAt }) =>
      setDirectory({
        adam: { name: 'Adam Z.', profilePictureUrl: pictureAt('/adam.png') },
        desk: '1234567',
      }),
    ['messenger/directory failed'],
    {
      message: /desk: the Page has no persona 1234567/,
      advice: /profile in place of the ID/,
    },
  ],
  [
    'a profile that has changed',
    async ({ emulator, app }) => {
      const id = await createPersona(emulator, 'Adam Z.');
      await app.store.set(`directory:${PAGE.id}:adam`, {
        id,
        ...profile('Adam Z.', 'https://example.com/old.png'),
      });
    },
    ['messenger/directory warning'],
    {
      message: /adam differs from its persona on the Page: \d+/,
      advice: /bottender-persona sync/,
    },
  ],
  [
    'a persona that may have been left behind',
    async ({ emulator, app }) => {
      await createPersona(emulator, 'John');
      await leaveRecord(app.store, {
        pageId: PAGE.id,
        id: null,
        ...profile('John'),
        expiresAt: 1,
      });
    },
    ['messenger/leases warning'],
    {
      message: /may have been left behind: "John"/,
      advice: /--delete-suspects/,
    },
  ],
  [
    'no store',
    ({ setEnv }) => setEnv({ STORE: '' }),
    ['bot/store warning', 'messenger/leases skipped'],
    { message: /no `store`/, advice: /redisStore/ },
  ],
  [
    'a picture that is none',
    ({ answer }) => answer('/adam.png', file('<svg/>', 'image/svg+xml')),
    [
      'messenger/pictures failed',
      'slack/pictures failed',
      'viber/pictures failed',
    ],
    {
      message: /says that it is image\/svg\+xml, but is none of JPEG/,
      advice: /JPEG or PNG/,
    },
  ],
  [
    'a picture that is too large for Viber',
    ({ answer }) =>
      answer(
        '/adam.png',
        file(Buffer.concat([PNG, Buffer.alloc(200_000)]), 'image/png'),
      ),
    ['viber/pictures warning'],
    {
      message: /avatars of at most 100 KB: .*adam\.png has 195 KB/,
      advice: /smaller/,
    },
  ],
  [
    'a name that is too long for Viber',
    ({ setDirectory, pictureAt }) =>
      setDirectory({
        adam: {
          name: 'Adam Zachariah Montgomery Smith',
          profilePictureUrl: pictureAt('/adam.png'),
        },
      }),
    ['viber/directory warning'],
    { message: /shown as "Adam Zachariah Montgomery S…"/, advice: /shortName/ },
  ],
  [
    'a Viber that is down, and a Slack that is called too often',
    ({ answer }) => {
      answer('/pa/get_account_info', json({}, { status: 502 }));
      const error = { ok: false, error: 'ratelimited' };
      answer('/api/auth.test', json(error, { status: 429 }));
    },
    [
      'slack/credentials skipped',
      'slack/permissions skipped',
      'viber/credentials skipped',
    ],
    { message: /^Slack does not answer now: HTTP 429/ },
  ],
  [
    'a picture behind a password, which is not printed',
    ({ setDirectory, pictureAt }) =>
      setDirectory({
        adam: {
          name: 'Adam Z.',
          profilePictureUrl: pictureAt('/locked.png').replace(
            '//',
            '//me:SECRET_OF_PICTURE@',
          ),
        },
      }),
    [
      'messenger/pictures failed',
      'slack/pictures failed',
      'viber/pictures failed',
    ],
    { message: /\/\/me:\[removed\]@.* answers HTTP 401/ },
  ],
  [
    "Viber's token",
    ({ answer }) =>
      answer(
        '/pa/get_account_info',
        json({ status: 2, status_message: 'invalidAuthToken' }),
      ),
    ['viber/credentials failed'],
    { message: /invalidAuthToken/, advice: /partners\.viber\.com/ },
  ],
  [
    "Slack's token",
    ({ answer }) =>
      answer('/api/auth.test', json({ ok: false, error: 'invalid_auth' })),
    ['slack/credentials failed', 'slack/permissions skipped'],
    { message: /invalid_auth/, advice: /api\.slack\.com\/apps/ },
  ],
  [
    'no token for Slack',
    ({ setEnv }) => setEnv({ SLACK_ACCESS_TOKEN: '' }),
    ['slack/credentials failed', 'slack/permissions skipped'],
    { message: /no `accessToken` for Slack/, advice: /\.env/ },
  ],
  [
    'Slack says nothing about scopes',
    ({ answer }) => answer('/api/auth.test', json({ ok: true })),
    ['slack/permissions skipped'],
    { message: /does not say which scopes/ },
  ],
])('%s', async (_, plant, expected, { message, advice }) => {
  const patient = await startPatient();
  await plant(patient);
  const hasFailed = expected.some((each) => each.endsWith('failed'));
  const report = await patient.doctor(hasFailed ? 1 : 0);
  expect(problems(report)).toEqual(expected);
  const [first = ''] = expected
    .filter((each) => !each.endsWith('skipped'))
    .concat(expected);
  const [, channel = '', id = ''] = /^(.+)\/(.+) /.exec(first) ?? [];
  const found = find(report, id, channel === 'bot' ? null : channel);
  expect(found.message).toMatch(message ?? /^/);
  if (advice) expect(found.advice).toMatch(advice);
  expect(JSON.stringify(report)).not.toContain('SECRET_IN_URL');
});

describe('LINE', () => {
  async function startLine(
    plant: Plant = () => undefined,
    status = 0,
  ): Promise<{ report: Report; patient: Patient }> {
    const patient = await startPatient();
    patient.setEnv({ LINE: 'on' });
    await plant(patient);
    return { patient, report: await patient.doctor(status) };
  }

  test('checks each profile, and sends nothing', async () => {
    const { patient, report } = await startLine();
    expect(find(report, 'credentials', 'line').status).toBe('ok');
    expect(find(report, 'directory', 'line')).toMatchObject({
      status: 'warning',
      message:
        'LINE takes pictures by https only: "Adam Z." speaks there without its picture.',
    });
    const toLine = patient.requests.filter((request) =>
      request.includes('/v2/'),
    );
    expect(toLine).toEqual([
      'GET /v2/bot/info',
      'POST /v2/bot/message/validate/push',
    ]);
  });

  test('refuses the token', async () => {
    const { report } = await startLine(
      ({ answer }) =>
        answer(
          '/v2/bot/info',
          json(
            {
              message: `Authentication of ${CHANNEL_SECRETS.LINE_ACCESS_TOKEN} failed`,
            },
            { status: 401 },
          ),
        ),
      1,
    );
    expect(find(report, 'credentials', 'line')).toMatchObject({
      status: 'failed',
      message:
        'LINE does not take the access token: Authentication of [removed] failed',
      advice: expect.stringContaining('developers.line.biz') as string,
    });
    expect(find(report, 'directory', 'line')).toMatchObject({
      status: 'skipped',
      message: 'it needs a valid access token',
    });
  });

  test('refuses a sender', async () => {
    const { report } = await startLine(
      ({ answer, setDirectory, pictureAt }) => {
        const face = (name: string) => ({
          name,
          profilePictureUrl: pictureAt('/adam.png'),
        });
        setDirectory({ adam: face('Adam Z.'), line: face('LINE help') });
        answer('/v2/bot/message/validate/push', (request, response) => {
          let body = '';
          request.on('data', (text) => (body += String(text)));
          request.on('end', () => {
            const isRefused = body.includes('LINE help');
            const details = [
              { property: 'messages[0].sender.name', message: 'invalid' },
            ];
            response
              .writeHead(isRefused ? 400 : 200)
              .end(JSON.stringify({ message: 'sender', details }));
          });
        });
      },
      1,
    );
    expect(find(report, 'directory', 'line')).toMatchObject({
      status: 'failed',
      message:
        'LINE refuses senders: "LINE help": sender; messages[0].sender.name: invalid.',
      advice: expect.stringContaining('without "LINE"') as string,
    });
  });

  test('does not check senders', async () => {
    const { report } = await startLine(({ answer }) =>
      answer('/v2/bot/message/validate/push', json({}, { status: 404 })),
    );
    expect(find(report, 'directory', 'line')).toMatchObject({
      status: 'skipped',
      message: 'LINE did not check the senders: HTTP 404',
    });
  });

  test('lacks its secret, or has code that knows it', async () => {
    const { report } = await startLine(
      ({ setEnv }) => setEnv({ LINE_CHANNEL_SECRET: '' }),
      1,
    );
    expect(find(report, 'credentials', 'line').message).toBe(
      'The config has no `channelSecret` for LINE.',
    );
    const { report: mapped } = await startLine(({ app }) => {
      const config = path.join(app.folder, 'bottender.config.js');
      fs.appendFileSync(
        config,
        '\nmodule.exports.channels.line = { enabled: true, getConfig() {} };',
      );
    });
    expect(find(mapped, 'credentials', 'line')).toMatchObject({
      status: 'skipped',
      message: 'the bot asks its own code for the credentials',
    });
  });
});

test('a Bottender that is not of version 1 is a failed check', async () => {
  const app = makeApp('http://127.0.0.1:9', {
    config: `
const Module = require('node:module');
const path = require('node:path');
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) =>
  name === 'bottender'
    ? path.join(__dirname, 'node_modules', 'bottender', 'index.js')
    : resolve(name, ...rest);
throw new Error('of its own');
`,
  });
  const bottender = path.join(app.folder, 'node_modules', 'bottender');
  fs.mkdirSync(bottender, { recursive: true });
  fs.writeFileSync(
    path.join(bottender, 'package.json'),
    '{ "version": "2.0.0" }',
  );
  const { status, stdout } = await app.start(['doctor', '--json']).ended;
  expect(status).toBe(1);
  expect(find(JSON.parse(stdout) as Report, 'packages', null)).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('bottender 2.0.0') as string,
    advice: 'Install bottender@1.',
  });
});

describe('the config', () => {
  test('that cannot be loaded leaves all else to be skipped', async () => {
    const app = makeApp('http://127.0.0.1:9', {
      config: "throw new Error('of its own')",
    });
    const report = await app.json<Report>(1, 'doctor');
    expect(find(report, 'config', null)).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('of its own') as string,
    });
    expect(find(report, 'packages', null).status).toBe('ok');
    const others = report.checks.filter(
      ({ id }) => id !== 'config' && id !== 'packages',
    );
    expect(others.map(({ id }) => id)).toEqual(['store', ...MESSENGER_CHECKS]);
    for (const check of others) {
      expect(check).toMatchObject({
        status: 'skipped',
        message: 'it needs the config',
      });
    }
  });

  test('without personas() is told, and what needs it is skipped', async () => {
    const emulator = await startEmulator();
    const app = makeApp(emulator.origin, {
      config: `${USUAL_CONFIG}\nmodule.exports.plugins = [];`,
    });
    const report = await app.json<Report>(1, 'doctor');
    expect(find(report, 'config', null)).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('no personas()') as string,
    });
    for (const id of ['directory', 'leases', 'pictures']) {
      expect(find(report, id)).toMatchObject({
        status: 'skipped',
        message: 'it needs personas() among the plugins',
      });
    }
  });

  test.each([
    [
      '{ messenger: { ...module.exports.channels.messenger, enabled: undefined } }',
      'failed',
      'No channel is enabled',
    ],
    [
      '{ ...module.exports.channels, line: {} }',
      'warning',
      'does not listen on line',
    ],
    [
      '{ ...module.exports.channels, mesenger: {} }',
      'failed',
      'the channel "mesenger"',
    ],
  ])('of the channels %s', async (channels, status, message) => {
    const emulator = await startEmulator();
    const app = makeApp(emulator.origin, {
      config: `${USUAL_CONFIG}\nmodule.exports.channels = ${channels};`,
    });
    const report = await app.json<Report>(1, 'doctor');
    expect(find(report, 'config', null)).toMatchObject({
      status,
      message: expect.stringContaining(message) as string,
    });
  });

  test('of several Pages needs --page, as other commands do', async () => {
    const emulator = await startEmulator();
    const app = makeApp(emulator.origin, {
      config: USUAL_CONFIG + SEVERAL_PAGES,
    });
    const { status, stderr } = await app.run('doctor');
    expect(status).toBe(2);
    expect(stderr).toContain('choose one with --page <id>');
    const report = await app.json<Report>(1, 'doctor', '--page', OTHER_PAGE.id);
    expect(find(report, 'token').message).toContain(OTHER_PAGE.name);
    expect(find(report, 'graph-version').advice).toContain(
      'Bottender makes the client of each Page itself',
    );
  });
});

test('an ephemeral persona of the same name is no duplicate', async () => {
  const patient = await startPatient();
  const { emulator, app } = patient;
  await createPersona(emulator, 'Adam Z.');
  const id = await createPersona(emulator, 'Adam Z.');
  const expiresAt = Date.now() + 60_000;
  await leaveRecord(app.store, {
    ...{ pageId: PAGE.id, id, expiresAt },
    ...profile('Adam Z.'),
  });
  const report = await patient.doctor();
  expect(problems(report)).toEqual([]);
  expect(find(report, 'leases').message).toBe(
    '1 lease in use, nothing left behind',
  );
});

test('without the app ID in the config, it is that of the token', async () => {
  const patient = await startPatient();
  patient.setEnv({ MESSENGER_APP_ID: '' });
  expect(problems(await patient.doctor())).toEqual([]);
});

test('a Keyv that loses what is written', async () => {
  const patient = await startPatient();
  const config = path.join(patient.app.folder, 'bottender.config.js');
  const text = fs.readFileSync(config, 'utf8');
  fs.writeFileSync(
    config,
    text.replace(
      'env.STORE ? new FolderStore(env.STORE) : undefined',
      '{ get: async () => undefined, set: async () => true, delete: async () => true }',
    ),
  );
  const report = await patient.doctor(1);
  expect(find(report, 'store', null)).toMatchObject({
    status: 'failed',
    message: 'The Keyv does not give back what is written.',
    advice: 'Check its adapter.',
  });
});

test('a store that fails, without its password', async () => {
  const patient = await startPatient();
  const config = path.join(patient.app.folder, 'bottender.config.js');
  const text = fs.readFileSync(config, 'utf8');
  const fail =
    "() => Promise.reject(new Error('connect to redis://me:hunter2@host failed'))";
  fs.writeFileSync(
    config,
    text.replace(
      'env.STORE ? new FolderStore(env.STORE) : undefined',
      `{ get: ${fail}, set: ${fail}, delete: ${fail} }`,
    ),
  );
  const report = await patient.doctor(1);
  expect(find(report, 'store', null).message).toMatch(
    /^The store failed: .*redis:\/\/\[removed\]@host/,
  );
  expect(JSON.stringify(report)).not.toContain('hunter2');
});

test('each persona on a private address is refused, unless --allow-private', async () => {
  const patient = await startPatient();
  const report = await patient.app.json<Report>(1, 'doctor');
  expect(find(report, 'pictures')).toMatchObject({
    status: 'failed',
    message: `${patient.pictureAt('/adam.png')} leads to 127.0.0.1, a private address.`,
    advice: expect.stringContaining('--allow-private') as string,
  });
  expect(patient.requests).not.toContain('GET /adam.png');
});

test('a person reads a line for each check, by channel, and what to do', async () => {
  const patient = await startPatient();
  patient.answer('/adam.png', file('no', 'text/html'));
  const { status, stdout, stderr } = await patient.app.run(
    'doctor',
    '--allow-private',
  );
  expect(status).toBe(1);
  expect(stderr).toBe('Error: 3 checks failed.\n');
  const lines = stdout.split('\n');
  expect(lines.filter((line) => /^\w/.test(line))).toEqual([
    'Bot',
    'Messenger',
    'Slack',
    'Viber',
    '15 ok, 3 failed.',
  ]);
  const at = lines.findIndex((line) => line.includes('text/html'));
  expect(lines[at]).toMatch(
    /^ {2}failed {3}pictures {8}http.* answers text\/html, which is no picture\.$/,
  );
  expect(lines[at + 1]).toMatch(/^ +→ Use the address of a JPEG or PNG/);
  for (const secret of Object.values(CHANNEL_SECRETS))
    expect(stdout).not.toContain(secret);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('on a terminal there is a bar, and colours', async () => {
  const patient = await startPatient();
  const running = patient.app.onTerminal(['doctor', '--allow-private'], {
    TERM: 'xterm-256color',
  });
  const { status, stdout } = await running.ended;
  expect(status).toBe(0);
  expect(stdout).toContain('/18');
  expect(stdout).toContain('\u001b[32mok');
  expect(stdout).toContain('18 ok.');
});

test('it calls nothing that changes anything', async () => {
  const patient = await startPatient();
  await patient.doctor();
  const changing = patient.emulator
    .state()
    .requests.filter(({ method }) => method !== 'GET');
  expect(changing).toEqual([]);
  expect(
    patient.requests.filter((request) => request.startsWith('POST')),
  ).toEqual(['POST /api/auth.test', 'POST /pa/get_account_info']);
});
