import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire, isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';

import { trace } from '@opentelemetry/api';
import {
  personas,
  type PersonaContext,
  type Personas,
  type SentMessage,
} from 'bottender-persona';
import { redisStore, type RedisClient } from 'bottender-persona/redis';
import type { Redis } from 'ioredis';
import { Keyv } from 'keyv';

import {
  APP_SECRET,
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  startBot,
  type TestAction,
} from './support/bot';
import { startOn } from './support/channels';
import { documentsIn } from './support/docs';
import { alive, shown } from './support/emulatorState';
import { PageCode } from './support/pageCode';
import { createPersonas, profile } from './support/personas';
import { PACKAGES, versionOf } from './support/redisClients';
import { leaveLease } from './support/stores';

const code = new PageCode(documentsIn('docs/recipes'));

interface Sqlite {
  readonly DatabaseSync: new (file: string) => {
    prepare(statement: string): { all(): Record<string, unknown>[] };
    close(): void;
  };
}

/** Node 20 has none; .ci/run runs this suite with the newest Node, too. */
function nodeSqlite(): Sqlite | undefined {
  return isBuiltin('node:sqlite')
    ? (createRequire(__filename)('node:sqlite') as Sqlite)
    : undefined;
}

/** The client that a block exports, once redisStore() has taken it. */
function clientOf(name: string, globals?: Record<string, unknown>) {
  const { client } = code.run(name, globals) as { client: RedisClient };
  redisStore(client);
  return client;
}

describe('docs/recipes', () => {
  it('hand-over', async () => {
    const texts = ['hi', 'agent', 'Pears', 'agent', 'bye', 'hi'];
    const config = code.config('handover-config');
    const handOver = [
      'Page: One moment, I am getting a colleague.',
      'Adam Z.: Adam here.',
    ];
    expect(await code.answers('handover', texts, config)).toEqual([
      'Page: Write "agent" to talk to someone.',
      ...handOver,
      'Adam Z.: About "Pears": let me see.',
      ...handOver,
      'Adam Z.: Goodbye!',
      'Page: You are with the bot again.',
      'Page: Write "agent" to talk to someone.',
    ]);
  });

  it('a specialist', async () => {
    expect(await code.answers('specialist', ['pears', 'hi'])).toEqual([
      'Dr. Pear: [typing_on]',
      'Dr. Pear: [typing_off]',
      'Dr. Pear: A pear is ripe when its neck gives to your thumb.',
      'Page: What else can I do for you?',
    ]);
  });

  it('typing', async () => {
    expect(await code.answers('typing', ['pears'])).toEqual([
      'Page: [mark_seen]',
      'Adam: [typing_on]',
      'Adam: I have looked up "pears".',
      'Adam: [typing_on]',
      'Adam: [typing_off]',
      'Adam: Anything else?',
    ]);
  });

  it('several Pages', async () => {
    const env = {
      SHOP_PAGE_ID: PAGE.id,
      SHOP_ACCESS_TOKEN: PAGE.accessToken,
      BAKERY_PAGE_ID: OTHER_PAGE.id,
      BAKERY_ACCESS_TOKEN: OTHER_PAGE.accessToken,
    };
    const config = code.config('pages-config', { process: { env } });
    const { channels } = config as unknown as {
      channels: {
        messenger: { mapPageToAccessToken: (id: string) => Promise<string> };
      };
    };
    const { mapPageToAccessToken } = channels.messenger;
    expect(await mapPageToAccessToken(PAGE.id)).toBe(PAGE.accessToken);
    expect(await mapPageToAccessToken(OTHER_PAGE.id)).toBe(
      OTHER_PAGE.accessToken,
    );

    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const bot = await startBot({ ...config, severalPages: true });
    for (const { id } of [OTHER_PAGE, PAGE]) {
      await bot.run(
        async (context) => {
          await context.sendText('hi');
        },
        { pageId: id },
      );
    }
    // The ID on the page is none of the emulator's.
    expect(shown(bot.emulator)).toEqual(['Eve: hi', 'Page: hi']);
    expect(warn.mock.calls[0]?.[0]).toMatch('"<DESK_ID>"');
    warn.mockRestore();
  });

  it('customers in Europe', async () => {
    const bot = await startBot();
    const { Adam: adam } = await createPersonas(bot.emulator, ['Adam']);
    const config = code.config('region-config', { adam });
    const european = await code.start('region', config, { adam });
    european.emulator.setEuropean(CUSTOMER, true);
    await european.say('hi');
    await european.say('hi');
    expect(shown(european.emulator)).toEqual([
      'Page: Hello!',
      'Page: Adam: Hello!',
    ]);
    const refused = european.emulator
      .state()
      .requests.filter(({ error }) => error);
    expect(refused).toHaveLength(1);
  });

  it.each(['node-redis', 'ioredis'])(
    'Redis with %s, and ends well',
    async (name) => {
      const exit = jest.fn();
      const process = Object.assign(new EventEmitter(), { exit });
      // Without a server, as where it is away when a bot starts.
      const console = { error: jest.fn() };
      const redis = code.run(name, { console });
      const modules = { './redis': redis };
      const config = code.config('redis', { process, modules });
      expect(config.plugins).toHaveLength(1);
      const exited = new Promise((resolve) => exit.mockImplementation(resolve));
      process.emit('SIGTERM');
      await exited;
      expect(exit).toHaveBeenCalledTimes(1);
    },
  );

  it.each(['cluster', 'sentinel'])('a %s, with either client', (topology) => {
    const nodeRedis = clientOf(`node-redis-${topology}`);
    expect(nodeRedis).toHaveProperty('connect');
    const ioredis = clientOf(`ioredis-${topology}`) as Redis;
    ioredis.on('error', () => {});
    ioredis.disconnect();
  });

  it('a Redis that is reached over HTTP', async () => {
    const commands: unknown[] = [];
    const server = createServer((request, response) => {
      void json(request).then((args) => {
        commands.push([request.headers.authorization, args]);
        const isRead = commands.length === 1;
        response.end(
          JSON.stringify(isRead ? { result: '1' } : { error: 'NOSCRIPT No' }),
        );
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const env = {
      UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}`,
      UPSTASH_REDIS_REST_TOKEN: 'secret',
    };
    const client = clientOf('custom-client', { process: { env }, fetch });
    if (!('sendCommand' in client)) throw new Error('not a custom client');
    const send = (...args: string[]) => client.sendCommand(args, { key: 'a' });
    expect(await send('GET', 'a')).toBe('1');
    await expect(send('EVALSHA', 'b')).rejects.toThrow(/^NOSCRIPT/);
    expect(commands[0]).toEqual(['Bearer secret', ['GET', 'a']]);
    server.closeAllConnections();
    server.close();
  });

  it('says which clients are tested, in the version that is installed', () => {
    const page = readFileSync('docs/recipes/redis.md', 'utf8');
    const [, table = ''] =
      /<!-- tested clients -->([^]*)<!-- \/tested clients -->/.exec(page) ?? [];
    const tested = [...table.matchAll(/`(\w+)` (\d+) +\| (\S+) +\|/g)].map(
      ([, name, major, version]) => [name, major, version],
    );
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      devDependencies: object;
    };
    const installed = PACKAGES.map((name) => {
      const version = versionOf(name);
      expect(manifest.devDependencies).toHaveProperty(name);
      return [name.replace(/\d$/, ''), version.split('.')[0], version];
    });
    expect(tested).toEqual(installed);
  });

  it('a sweep', async () => {
    const store = new Keyv();
    const plugin: Personas = personas({ store });
    const { emulator } = await startBot();
    const { Guest, Ghost } = await createPersonas(emulator, ['Guest', 'Ghost']);
    await leaveLease(store, { id: Guest, name: 'Guest' });
    await leaveLease(store, { id: null, name: 'Ghost' });
    const { origin } = emulator;
    const { accessToken } = PAGE;
    const messenger = { accessToken, appSecret: APP_SECRET, origin };
    const config = { plugins: [plugin], channels: { messenger } };
    const log = jest.fn();
    const App = code.run('sweep', {
      modules: { './bottender.config': config },
      console: { log },
    }) as () => Promise<void>;
    await App();
    expect(alive(emulator)).toEqual(['Ghost']);
    expect(log.mock.calls).toEqual([
      ['1 deleted'],
      [`Ghost (${Ghost}) may have been left behind`],
    ]);
  });

  it('LINE', async () => {
    const config = code.config('line-config');
    const { default: App } = code.run('line') as { default: TestAction };
    // As Bottender does by default.
    const setup = { plugins: config.plugins, shouldBatch: true };
    const bot = await startOn('line', setup);
    const sent = await bot.run(async (context: PersonaContext) => {
      const next = await App(context, {});
      if (next) await next(context, {});
    });
    expect(bot.errors).toEqual([]);
    expect(sent.map(({ body }) => body.messages)).toEqual([
      [
        {
          type: 'text',
          text: 'One moment, I am asking a colleague.',
          sender: {
            name: 'Adam Z.',
            iconUrl: 'https://example.com/adam.png',
          },
        },
        {
          type: 'text',
          text: 'A pear is ripe when its neck gives to your thumb.',
          sender: {
            name: 'Dr. Pear',
            iconUrl: 'https://example.com/pear.png',
          },
        },
      ],
    ]);
  });

  it('a custom server', async () => {
    const back = process.cwd();
    process.chdir('__tests__/package/apps/javascript');
    const { emulator } = await startBot();
    const env = {
      MESSENGER_ACCESS_TOKEN: PAGE.accessToken,
      MESSENGER_APP_ID: '1',
      MESSENGER_APP_SECRET: APP_SECRET,
      MESSENGER_ORIGIN: emulator.origin,
    };
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      // Bottender reads it from the disk; what it and server.js are given is the same.
      const config = jest.requireActual<object>(
        path.resolve('bottender.config.js'),
      );
      const exit = jest.fn();
      const program = Object.assign(new EventEmitter(), { exit });
      const { start } = code.run('custom-server', {
        modules: { './bottender.config': config },
        process: program,
      }) as { start: (port: number) => Promise<Server> };
      const server = await start(0);
      const { port } = server.address() as AddressInfo;
      const origin = `http://127.0.0.1:${port}`;
      emulator.setWebhookUrl(`${origin}/webhooks/messenger`);
      await emulator.say(CUSTOMER, 'agent');
      await emulator.waitFor(() => shown(emulator).length > 0);
      expect(shown(emulator)).toEqual(['Adam Z.: Adam here.']);
      const unsigned = await fetch(`${origin}/webhooks/messenger`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(unsigned.status).toBe(400);
      const malformed = await fetch(`${origin}/webhooks/messenger`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{ "object": ',
      });
      expect(malformed.status).toBe(400);
      expect(await malformed.json()).toEqual({
        error: { message: 'Bad request' },
      });
      const stats = await fetch(`${origin}/stats`);
      expect(await stats.json()).toMatchObject({ created: 1, deleted: 0 });

      const exited = new Promise((resolve) => exit.mockImplementation(resolve));
      program.emit('SIGTERM');
      await exited;
      expect(server.listening).toBe(false);
    } finally {
      process.env = before;
      process.chdir(back);
    }
  });
});

describe('docs/recipes/who-said-what.md', () => {
  type OnSent = { onSent: (sent: SentMessage) => void };
  async function speak({ onSent }: OnSent) {
    const adam = { ...profile('Adam'), kind: 'human' } as const;
    const plugin = personas({ directory: { adam }, onSent });
    const bot = await startBot({ plugins: [plugin] });
    await bot.run(async (context) => {
      await context.as('adam').sendText('one');
      await context.sendText('two');
    });
    expect(bot.errors).toEqual([]);
    await new Promise(setImmediate);
  }

  it('a transcript', async () => {
    const rows: unknown[][] = [];
    class StandIn {
      readonly exec = jest.fn();
      prepare(statement: string) {
        expect(statement.match(/\?/g)).toHaveLength(7);
        return { run: (...row: unknown[]) => rows.push(row) };
      }
    }
    const sqlite = nodeSqlite();
    const modules = { 'node:sqlite': sqlite ?? { DatabaseSync: StandIn } };
    const folder = await mkdtemp(path.join(tmpdir(), 'transcript-'));
    const TRANSCRIPT = path.join(folder, 'transcript.db');
    const names = { modules, process: { env: { TRANSCRIPT } } };
    await speak(code.run('transcript', names) as OnSent);
    if (sqlite) {
      const database = new sqlite.DatabaseSync(TRANSCRIPT);
      const stored = database.prepare('SELECT * FROM sent').all();
      rows.push(...stored.map((row) => Object.values(row)));
      database.close();
    }
    await rm(folder, { recursive: true });
    expect(rows.map((row) => row.slice(1))).toEqual([
      ['messenger', CUSTOMER, 'adam', 'human', null, '{"text":"one"}'],
      ['messenger', CUSTOMER, 'the Page', null, null, '{"text":"two"}'],
    ]);
  });

  it('metrics', async () => {
    const inc = jest.fn();
    const modules = {
      'prom-client': {
        Counter: class {
          readonly inc = inc;
        },
      },
    };
    await speak(code.run('sent-metrics', { modules }) as OnSent);
    expect(inc.mock.calls).toEqual([
      [{ channel: 'messenger', persona: 'adam', kind: 'human' }],
      [{ channel: 'messenger', persona: 'none', kind: 'unknown' }],
    ]);
  });

  it('spans', async () => {
    const end = jest.fn();
    const startSpan = jest.fn((_name: string, _options: object) => ({ end }));
    trace.setGlobalTracerProvider({
      getTracer: () => ({ startSpan, startActiveSpan: jest.fn() }) as never,
    });
    await speak(code.run('sent-spans') as OnSent);
    trace.disable();
    expect(startSpan).toHaveBeenCalledTimes(2);
    expect(startSpan.mock.calls[0]?.[1]).toMatchObject({
      attributes: { 'bot.persona': 'adam', 'bot.kind': 'human' },
    });
    expect(end).toHaveBeenCalledTimes(2);
  });
});

it('every code block of docs/recipes is run here', () => {
  expect(code.left).toEqual([]);
});
