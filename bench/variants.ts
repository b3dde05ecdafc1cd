import {
  MessengerBot,
  type MessengerClient,
  type MessengerContext,
} from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

const PERSONA_ID = '12345678901234567';

/** A bot's plugin, and its handler of each event. */
interface Variant {
  plugin?: (context: MessengerContext) => unknown;
  handler: (context: MessengerContext) => Promise<void>;
}

const withUsePersona: Variant['handler'] = async (context) => {
  context.usePersona(PERSONA_ID);
  await context.sendText('hi');
};

const ALONE: Variant = { handler: withUsePersona };

const VARIANTS: Record<string, () => Variant> = {
  'a plugin that does nothing': () => ({
    plugin: () => undefined,
    handler: withUsePersona,
  }),
  'usePersona, with our plugin': () => ({
    plugin: personas(),
    handler: withUsePersona,
  }),
  'withPersona, with our plugin': () => ({
    plugin: personas(),
    handler: async (context) => {
      await (context as PersonaContext).withPersona(PERSONA_ID, () =>
        context.sendText('hi'),
      );
    },
  }),
};

/** Handles the n-th event, and resolves when it is done. */
export type HandleEvent = (n: number) => Promise<unknown>;

export interface Pair {
  readonly alone: () => HandleEvent;
  readonly variant: () => HandleEvent;
}

/** On Messenger, Bottender alone has only its own `usePersona`. */
export const MESSENGER_PAIRS: Record<string, Pair> = Object.fromEntries(
  Object.entries(VARIANTS).map(([name, variant]) => [
    name,
    { alone: () => start(ALONE), variant: () => start(variant()) },
  ]),
);

function start({ plugin, handler }: Variant): HandleEvent {
  const bot = new MessengerBot({
    appId: '1',
    appSecret: 'secret',
    accessToken: 'token',
    sync: true,
  } as ConstructorParameters<typeof MessengerBot>[0]);
  if (bot.connector.client) answerInProcess(bot.connector.client);
  if (plugin) bot.use((context) => plugin(context) as void);
  bot.onEvent(handler);
  const handle = bot.createRequestHandler();
  return async (n) => handle(webhookBody(n));
}

/** Answers in the process, so that only Bottender's own time is measured. */
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
