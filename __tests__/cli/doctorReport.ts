import type { IncomingMessage, ServerResponse } from 'node:http';

import type { DirectoryEntries } from 'bottender-persona';
import type { MessengerEmulator } from 'messenger-emulator';

import { APP_SECRET, PAGE, startBot } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { listenOnLoopback } from '../support/loopback';
import { type CliApp, makeApp } from './cliApp';

/** What `doctor --json` prints. */
export interface Report {
  checks: Found[];
}

export interface Found {
  id: string;
  channel: string | null;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  message: string;
  advice?: string;
}

/** The checks of a bot on Messenger, in the order of the report. */
export const MESSENGER_CHECKS = [
  'credentials',
  'token',
  'permissions',
  'graph-version',
  'webhook',
  'webhook-fields',
  'directory',
  'leases',
  'pictures',
];

/** The checks that are not ok, as `channel/id status`. */
export function problems({ checks }: Report): string[] {
  return checks
    .filter(({ status }) => status !== 'ok')
    .map(({ id, channel, status }) => `${channel ?? 'bot'}/${id} ${status}`);
}

export function find(
  { checks }: Report,
  id: string,
  channel: string | null = 'messenger',
): Found {
  const found = checks.find(
    (check) => check.id === id && check.channel === channel,
  );
  if (!found) throw new Error(`There is no ${id}`);
  return found;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A bot that lacks nothing, on four channels, until a test plants a fault. */
export interface Patient {
  readonly emulator: MessengerEmulator;
  readonly app: CliApp;
  /** The requests to LINE, Slack, Viber and the pictures: `GET /adam.png`. */
  readonly requests: string[];
  /** Has these paths answer otherwise. */
  readonly answer: (path: string, answer: Answer) => void;
  /** Changes `.env`. */
  readonly setEnv: (changes: Record<string, string>) => void;
  readonly setDirectory: (entries: DirectoryEntries) => void;
  readonly pictureAt: (path: string) => string;
  readonly doctor: (status?: number, ...args: string[]) => Promise<Report>;
}

export const PNG = Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1');

/** The tokens of the other channels, which must not be printed. */
export const CHANNEL_SECRETS = {
  LINE_ACCESS_TOKEN: 'SECRET_LINE_TOKEN',
  LINE_CHANNEL_SECRET: 'SECRET_OF_LINE',
  SLACK_ACCESS_TOKEN: 'SECRET_SLACK_TOKEN',
  VIBER_ACCESS_TOKEN: 'SECRET_VIBER_TOKEN',
};

const CONFIG = `
const fs = require('node:fs');
const { personas } = require('bottender-persona');
const { redisStore } = require('bottender-persona/redis');
const { MessengerClient } = require('messaging-api-messenger');
const { FolderStore } = require('folder-store');

const { env } = process;
let redis = env.REDIS_URL && require('redis').createClient({ url: env.REDIS_URL });
if (redis) redis.on('error', () => {}).connect().catch(() => {});
if (env.REDIS_NODES) {
  const { Cluster } = require('ioredis');
  redis = new Cluster(JSON.parse(env.REDIS_NODES)).on('error', () => {});
}
const messenger = {
  appId: env.MESSENGER_APP_ID,
  accessToken: env.MESSENGER_ACCESS_TOKEN,
  appSecret: env.MESSENGER_APP_SECRET,
  origin: env.MESSENGER_ORIGIN,
};

module.exports = {
  plugins: [
    personas({
      directory: JSON.parse(fs.readFileSync('directory.json', 'utf8')),
      disclosure: env.LABEL ? { label: ({ name }) => name + env.LABEL } : undefined,
      store: redis ? redisStore(redis) : env.STORE ? new FolderStore(env.STORE) : undefined,
    }),
  ],
  channels: {
    messenger: {
      enabled: true,
      ...messenger,
      verifyToken: env.MESSENGER_VERIFY_TOKEN,
      ...(env.GRAPH_VERSION && {
        client: new MessengerClient({ ...messenger, version: env.GRAPH_VERSION }),
      }),
    },
    // It takes pictures by https only, which would be a warning each time.
    line: {
      enabled: env.LINE === 'on',
      accessToken: env.LINE_ACCESS_TOKEN,
      channelSecret: env.LINE_CHANNEL_SECRET,
      origin: env.PLATFORMS,
    },
    slack: {
      enabled: true,
      accessToken: env.SLACK_ACCESS_TOKEN,
      origin: env.PLATFORMS,
    },
    viber: {
      enabled: true,
      accessToken: env.VIBER_ACCESS_TOKEN,
      origin: env.PLATFORMS,
    },
  },
};
`;

export async function startPatient(): Promise<Patient> {
  const emulator = await startEmulator();
  await startBot({ emulator });
  const requests: string[] = [];
  const answers = new Map<string, Answer>(USUAL_ANSWERS);
  const { origin: platforms } = await listenOnLoopback((request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    const answer = answers.get(url);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  const pictureAt = (path: string) => `${platforms}${path}`;
  const directory = {
    adam: { name: 'Adam Z.', profilePictureUrl: pictureAt('/adam.png') },
  };
  const env: Record<string, string> = {
    MESSENGER_APP_ID: '1',
    MESSENGER_ACCESS_TOKEN: PAGE.accessToken,
    MESSENGER_APP_SECRET: APP_SECRET,
    MESSENGER_VERIFY_TOKEN: 'VERIFY',
    MESSENGER_ORIGIN: emulator.origin,
    GRAPH_VERSION: 'v27.0',
    PLATFORMS: platforms,
    ...CHANNEL_SECRETS,
  };
  const app = makeApp(emulator.origin, { directory, config: CONFIG, env });
  env.STORE = `${app.folder}/store`;
  const setEnv = (changes: Record<string, string>) => {
    Object.assign(env, changes);
    const lines = Object.entries(env).map(
      ([name, value]) => `${name}=${value}\n`,
    );
    app.write('.env', lines.join(''));
  };
  setEnv({});
  return {
    emulator,
    app,
    requests,
    answer: (path, answer) => answers.set(path, answer),
    setEnv,
    setDirectory: (entries) => app.setDirectory(entries),
    pictureAt,
    async doctor(status = 0, ...args) {
      const report = await app.json<Report>(
        status,
        ...['doctor', '--allow-private', ...args],
      );
      for (const secret of Object.values(CHANNEL_SECRETS)) {
        expect(JSON.stringify(report)).not.toContain(secret);
      }
      return report;
    },
  };
}

/** The emulator, but for the calls to this path, which are answered otherwise. */
export async function graphWith(
  { origin }: MessengerEmulator,
  path: RegExp,
  body: object,
): Promise<string> {
  const proxy = await listenOnLoopback((request, response) => {
    const { url = '' } = request;
    if (path.test(url)) return json(body)(request, response);
    void fetch(`${origin}${url}`).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    });
  });
  return proxy.origin;
}

/** Answers with JSON. */
export function json(
  body: object,
  { status = 200, headers = {} } = {},
): Answer {
  return (request, response) => {
    request.resume();
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  };
}

export function file(content: string | Buffer, type: string): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': type }).end(content);
  };
}

const USUAL_ANSWERS: [path: string, answer: Answer][] = [
  ['/adam.png', file(PNG, 'image/png')],
  [
    '/locked.png',
    ({ headers }, response) =>
      response.writeHead(headers.authorization ? 500 : 401).end(),
  ],
  ['/v2/bot/info', json({ userId: 'U1', displayName: 'The bot' })],
  ['/v2/bot/message/validate/push', json({})],
  [
    '/api/auth.test',
    json(
      { ok: true, user: 'bot', team: 'The team' },
      { headers: { 'x-oauth-scopes': 'chat:write,chat:write.customize' } },
    ),
  ],
  ['/pa/get_account_info', json({ status: 0, name: 'The bot' })],
];
