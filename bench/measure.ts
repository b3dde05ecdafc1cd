import {
  MessengerBot,
  type MessengerClient,
  type MessengerContext,
} from 'bottender';

import { median } from './statistics';
import { ALONE, VARIANTS, type Variant } from './variants';

/**
 * Prints the ratio of one variant to Bottender alone. Both handle the same
 * events (a webhook body in, one `sendText` out) in turns, in the order ABBA, and
 * are measured by the CPU time of the process: what else the machine does is
 * not in it. Graph calls are answered inside the process, so that nothing but
 * Bottender's own time is what the plugin is compared with.
 */
const ROUNDS = 30;
const WARM_UP_ROUNDS = 10;
const EVENTS_A_ROUND = 100;

type HandleEvents = () => Promise<void>;

async function main(variant: string | undefined): Promise<void> {
  const known = Object.keys(VARIANTS) as Variant[];
  const name = known.find((one) => one === variant);
  if (!name) throw new Error(`There is no variant "${variant}"`);
  const alone = handlerOf(ALONE);
  const other = handlerOf(VARIANTS[name]);
  const ratios: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const first = round % 2 === 0;
    const [a, b] = first ? [alone, other] : [other, alone];
    const times = [
      await cpuOf(a),
      await cpuOf(b),
      await cpuOf(b),
      await cpuOf(a),
    ];
    const [outer, inner] = [
      (times[0] ?? NaN) + (times[3] ?? NaN),
      (times[1] ?? NaN) + (times[2] ?? NaN),
    ];
    if (round >= 0) ratios.push(first ? inner / outer : outer / inner);
  }
  process.stdout.write(String(median(ratios)));
}

/** CPU time in microseconds, without the garbage of whoever came before. */
async function cpuOf(handle: HandleEvents): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await handle();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function handlerOf(contestant: {
  plugin?: () => (context: MessengerContext) => unknown;
  handler: (context: MessengerContext) => Promise<void>;
}): HandleEvents {
  const bot = new MessengerBot({
    appId: '1',
    appSecret: 'secret',
    accessToken: 'token',
    sync: true,
  } as ConstructorParameters<typeof MessengerBot>[0]);
  if (bot.connector.client) answerInProcess(bot.connector.client);
  const plugin = contestant.plugin?.();
  if (plugin) bot.use((context) => plugin(context) as void);
  bot.onEvent(contestant.handler);
  const handle = bot.createRequestHandler();
  return async () => {
    for (let n = 0; n < EVENTS_A_ROUND; n += 1) await handle(webhookBody(n));
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

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
