import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { startMessengerEmulator } from 'messenger-emulator';
import Redis from 'ioredis';

import { RedisCluster } from '../__tests__/store/redis/redisCluster';

import type { FleetJob } from './fleetProcess';
import { startRedis } from './redisServer';

const SIZES = [1, 2, 4, 6, 8];
const EVENTS = 400;
const CONCURRENCY = 24;
const LATENCY_MS = 20;
const LINGER_MS = 5000;
const AGENTS = ['Adam', 'Berta', 'Chris', 'Dora'];

const APP = { appId: '1', appSecret: 'app-secret', verifyToken: 'verify' };
const PAGE = { id: '100000000000001', name: 'Bench', accessToken: 'token' };

/** The costs of a desk of four agents, by the number of processes on one Redis. */
export interface FleetFigures {
  client: string;
  processes: number;
  callsPerMessage: number;
  creations: number;
  commandsPerMessage: number;
}

/** What the processes connect to, and clients that ask its servers how many scripts they ran. */
interface Servers {
  readonly redis: FleetJob['redis'];
  readonly discloses?: boolean;
  readonly admins: readonly Redis[];
  close(): Promise<void>;
}

const CLIENTS: [
  client: string,
  sizes: number[],
  start: () => Promise<Servers | undefined>,
][] = [
  ['node-redis', SIZES, () => oneServer('node-redis')],
  ['ioredis', [4], () => oneServer('ioredis')],
  ['ioredis, a cluster of three masters', [4], cluster],
  ['node-redis, with `disclosure.message`', [4], disclosing],
];

/** `undefined` if no redis-server is installed. */
export async function measureFleet(): Promise<FleetFigures[] | undefined> {
  const figures: FleetFigures[] = [];
  for (const [client, sizes, start] of CLIENTS) {
    for (const processes of sizes) {
      const servers = await start();
      if (!servers) return undefined;
      figures.push({ client, ...(await work(servers, processes)) });
      await servers.close();
    }
  }
  return figures;
}

async function oneServer(
  client: 'node-redis' | 'ioredis',
): Promise<Servers | undefined> {
  const server = await startRedis();
  if (!server) return undefined;
  const { url } = server;
  const admin = new Redis(url);
  return {
    redis: { client, url },
    admins: [admin],
    async close() {
      admin.disconnect();
      await server.close();
    },
  };
}

async function disclosing(): Promise<Servers | undefined> {
  const servers = await oneServer('node-redis');
  return servers && { ...servers, discloses: true };
}

async function cluster(): Promise<Servers> {
  const started = await RedisCluster.start();
  return {
    redis: { client: 'ioredis', cluster: started.nodeAddresses },
    admins: started.admins,
    close: () => started.close(),
  };
}

async function work(
  { redis, admins, discloses = false }: Servers,
  processes: number,
): Promise<Omit<FleetFigures, 'client'>> {
  const emulator = await startMessengerEmulator({ ...APP, pages: [PAGE] });
  emulator.fail({ delayMs: LATENCY_MS });
  const job: FleetJob = {
    ...APP,
    origin: emulator.origin,
    redis,
    discloses,
    lingerMs: LINGER_MS,
    accessToken: PAGE.accessToken,
    pageId: PAGE.id,
  };
  const fleet = await Promise.all(
    Array.from({ length: processes }, async () => {
      const file = path.join(__dirname, 'fleetProcess.js');
      const child = fork(file, [JSON.stringify(job)]);
      await once(child, 'message');
      return child;
    }),
  );
  const psids = Array.from({ length: CONCURRENCY }, (_, at) =>
    String(1000 + at),
  );
  // A Page may only answer customers who have written.
  const webhook = await startNoopWebhook();
  emulator.setWebhookUrl(webhook.url);
  for (const psid of psids) await emulator.say(psid, 'hi');
  webhook.close();
  const before = Number(emulator.state().requests.at(-1)?.id ?? 0);
  for (const admin of admins) await admin.config('RESETSTAT');
  let next = 0;
  await Promise.all(
    psids.map(async (psid, at) => {
      const child = fleet[at % fleet.length];
      if (!child) return;
      for (let event = next++; event < EVENTS; event = next++) {
        await answer(child, psid, AGENTS[event % AGENTS.length] ?? '');
      }
    }),
  );
  const stats = admins.map((admin) => admin.info('commandstats'));
  const commands = scriptsIn((await Promise.all(stats)).join());
  await Promise.all(
    fleet.map(async (child) => {
      const exited = once(child, 'exit');
      child.send({});
      await exited;
    }),
  );
  const { requests, personas } = emulator.state();
  const calls = Number(requests.at(-1)?.id) - before;
  const answers = emulator
    .state()
    .conversations.flatMap(({ entries }) => entries)
    .filter(({ from }) => from === 'persona');
  const disclosures = discloses ? CONCURRENCY : 0;
  if (answers.length !== EVENTS + disclosures)
    throw new Error('not all was answered');
  await emulator.close();
  return {
    processes,
    callsPerMessage: calls / EVENTS,
    creations: personas.length,
    commandsPerMessage: commands / EVENTS,
  };
}

/** A webhook that does nothing. */
async function startNoopWebhook(): Promise<{ url: string; close(): void }> {
  const server = createServer((_request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}

/** A process handles one event at a time, so that its next message is the answer. */
const busy = new WeakMap<ChildProcess, Promise<unknown>>();
async function answer(
  child: ChildProcess,
  psid: string,
  text: string,
): Promise<void> {
  const before = busy.get(child) ?? Promise.resolve();
  const answered = before.then(async () => {
    child.send({ psid, text });
    await once(child, 'message');
  });
  busy.set(child, answered);
  await answered;
}

function scriptsIn(stats: string): number {
  let calls = 0;
  for (const [, count] of stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)) {
    calls += Number(count);
  }
  return calls;
}
