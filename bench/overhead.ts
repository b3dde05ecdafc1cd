import {
  MessengerBot,
  type MessengerClient,
  type MessengerContext,
} from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

import { median, quantile } from './statistics';

const ROUNDS = 600;
const EVENTS_A_ROUND = 50;
const PERSONA_ID = '12345678901234567';

type Contestant = { name: string; handleEvents: () => Promise<void> };

/** How long the plugin takes, as ratios to Bottender alone. */
export interface Overhead {
  name: string;
  /** The median over the rounds of plugin time / Bottender time. */
  ratio: number;
  /** The middle half of the rounds lies between these. */
  spread: [number, number];
}

/**
 * Times the same event (a webhook body in, one `sendText` out) handled by
 * Bottender with its own `usePersona` and through the plugin. The contestants
 * take turns, in a rotating order, so that a machine whose speed drifts slows
 * all of them; Graph calls are answered inside the process, so that nothing but
 * Bottender's own time is what the plugin is compared with.
 */
export async function measureOverhead(): Promise<Overhead[]> {
  const contestants = [
    contestant('Bottender, usePersona', [], async (context) => {
      context.usePersona(PERSONA_ID);
      await context.sendText('hi');
    }),
    contestant('plugin, usePersona', [personas()], async (context) => {
      context.usePersona(PERSONA_ID);
      await context.sendText('hi');
    }),
    contestant('plugin, withPersona', [personas()], async (context) => {
      await (context as PersonaContext).withPersona(PERSONA_ID, () =>
        context.sendText('hi'),
      );
    }),
  ];
  for (let warmUp = 0; warmUp < 10; warmUp += 1)
    await playRound(contestants, 0);

  const rounds: Map<string, number>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await playRound(contestants, round));
  }
  const [alone, ...withPlugin] = contestants.map(({ name }) => name);
  return withPlugin.map((name) => {
    const ratios = rounds.map(
      (times) => (times.get(name) ?? NaN) / (times.get(alone ?? '') ?? NaN),
    );
    return {
      name,
      ratio: median(ratios),
      spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    };
  });
}

async function playRound(
  contestants: Contestant[],
  round: number,
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (let turn = 0; turn < contestants.length; turn += 1) {
    const next = contestants[(round + turn) % contestants.length];
    if (!next) continue;
    const start = process.hrtime.bigint();
    await next.handleEvents();
    times.set(next.name, Number(process.hrtime.bigint() - start));
  }
  return times;
}

function contestant(
  name: string,
  plugins: ((context: MessengerContext) => unknown)[],
  handler: (context: MessengerContext) => Promise<void>,
): Contestant {
  const bot = new MessengerBot({
    appId: '1',
    appSecret: 'secret',
    accessToken: 'token',
    sync: true,
  } as ConstructorParameters<typeof MessengerBot>[0]);
  if (bot.connector.client) answerInProcess(bot.connector.client);
  for (const plugin of plugins) bot.use((context) => plugin(context) as void);
  bot.onEvent(handler);
  const handle = bot.createRequestHandler();
  return {
    name,
    async handleEvents() {
      for (let n = 0; n < EVENTS_A_ROUND; n += 1) await handle(webhookBody(n));
    },
  };
}

function answerInProcess(client: MessengerClient): void {
  client.axios.defaults.adapter = (config) =>
    Promise.resolve({
      data: '{"recipient_id":"1","message_id":"m"}',
      status: 200,
      statusText: 'OK',
      headers: {},
      config,
    });
}

function webhookBody(n: number) {
  const event = {
    sender: { id: String(1000 + (n % 10)) },
    recipient: { id: '2000' },
    timestamp: 0,
    message: { mid: `m${n}`, text: 'hello' },
  };
  return {
    object: 'page' as const,
    entry: [{ id: '2000', time: 0, messaging: [event] }],
  };
}
