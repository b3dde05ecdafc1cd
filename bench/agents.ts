import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';

import { createServer, MessengerBot, type MessengerContext } from 'bottender';
import {
  personas,
  type PersonaContext,
  type PersonaProfile,
} from 'bottender-persona';
import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';

import { quantile } from './statistics';

const EVENTS = 400;
const CONCURRENCY = 20;
const LATENCY_MS = 20;
const LINGER_MS = 5000;
const ROUNDS = 5;

const APP = { appId: '1', appSecret: 'app-secret', verifyToken: 'verify' };
const PAGE = { id: '100000000000001', name: 'Bench', accessToken: 'token' };

const AGENTS: PersonaProfile[] = ['Adam', 'Berta', 'Chris', 'Dora'].map(
  (name) => ({ name, profilePictureUrl: `https://example.com/${name}.png` }),
);

/** The costs of a desk of agents, who each answer through an ephemeral persona. */
export interface Desk {
  name: string;
  callsPerMessage: number;
  /** From the webhook's request to its response, in milliseconds. */
  p50: number;
  p95: number;
}

/** Alternating rounds of the guide and the plugin. */
export interface Desks {
  guide: Desk[];
  plugin: Desk[];
}

type Answer = (context: PersonaContext, agent: PersonaProfile) => Promise<void>;

/** Bottender's guide: create, send, delete. */
const asTheGuide: Answer = async (context, agent) => {
  const { id: personaId } = await context.client.createPersona(agent);
  await context.sendText('hi', { personaId });
  await context.client.deletePersona(personaId);
};

const withThePlugin: Answer = async (context, agent) => {
  await context.withEphemeralPersona(agent, () => context.sendText('hi'));
};

/** Measures both desks in alternating rounds. */
export async function measureDesks(): Promise<Desks> {
  const guide: Desk[] = [];
  const plugin: Desk[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    guide.push(await work('guide', asTheGuide));
    plugin.push(await work(`plugin, lingerMs: ${LINGER_MS}`, withThePlugin));
  }
  return { guide, plugin };
}

async function work(name: string, answer: Answer): Promise<Desk> {
  const emulator = await startMessengerEmulator({ ...APP, pages: [PAGE] });
  emulator.fail({ delayMs: LATENCY_MS });
  const plugin = personas({ ephemeral: { lingerMs: LINGER_MS } });
  const server = await startBot(emulator, plugin, answer);

  let next = 0;
  const times: number[] = [];
  const customers = Array.from({ length: CONCURRENCY }, async () => {
    for (let event = next++; event < EVENTS; event = next++) {
      const start = performance.now();
      await emulator.say(String(1000 + event), String(event));
      times.push(performance.now() - start);
    }
  });
  await Promise.all(customers);
  await plugin.close();

  const { conversations } = emulator.state();
  const answers = conversations
    .flatMap(({ entries }) => entries)
    .filter(({ from }) => from === 'persona');
  if (answers.length !== EVENTS)
    throw new Error('not every event was answered');
  // The log is bounded, but its numbering continues.
  const calls = Number(emulator.state().requests.at(-1)?.id);
  server.closeAllConnections();
  server.close();
  await emulator.close();
  return {
    name,
    callsPerMessage: calls / EVENTS,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
  };
}

async function startBot(
  emulator: MessengerEmulator,
  plugin: ReturnType<typeof personas>,
  answer: Answer,
): Promise<Server> {
  const bot = new MessengerBot({
    ...APP,
    accessToken: PAGE.accessToken,
    origin: emulator.origin,
    sync: true,
  } as ConstructorParameters<typeof MessengerBot>[0]);
  bot.use((context) => void plugin(context));
  bot.onEvent(async (context: MessengerContext) => {
    const agent = AGENTS[Number(context.event.text) % AGENTS.length];
    if (agent) await answer(context as PersonaContext, agent);
  });
  const path = '/webhooks/messenger';
  const server: Server = createServer(bot, { path }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  emulator.setWebhookUrl(`http://127.0.0.1:${port}${path}`);
  return server;
}
