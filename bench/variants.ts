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

type Sends = (context: MessengerContext) => Promise<unknown>;

const oneSend: Sends = (context) => context.sendText('hi');

const threeSends: Sends = async (context) => {
  await context.typingOn();
  await context.sendText('hi');
  await context.typingOff();
};

const withUsePersona =
  (sends: Sends): Variant['handler'] =>
  async (context) => {
    context.usePersona(PERSONA_ID);
    await sends(context);
  };

const withPersona =
  (sends: Sends): Variant['handler'] =>
  async (context) => {
    await (context as PersonaContext).withPersona(PERSONA_ID, () =>
      sends(context),
    );
  };

/** Handles the n-th event, and resolves when it is done. */
export type HandleEvent = (n: number) => Promise<unknown>;

export interface Pair {
  readonly alone: () => HandleEvent;
  readonly variant: () => HandleEvent;
}

/** On Messenger, Bottender alone has only its own `usePersona`. */
export const MESSENGER_PAIRS: Record<string, Pair> = {
  'a plugin that does nothing, one send': idlePair(oneSend),
  'a plugin that does nothing, three sends': idlePair(threeSends),
  ...ourPairs('one send', oneSend),
  ...ourPairs('three sends', threeSends),
};

function idlePair(sends: Sends): Pair {
  return pairOf(sends, () => ({
    plugin: () => undefined,
    handler: withUsePersona(sends),
  }));
}

function ourPairs(what: string, sends: Sends): Record<string, Pair> {
  return {
    [`usePersona, with our plugin, ${what}`]: pairOf(sends, () => ({
      plugin: personas(),
      handler: withUsePersona(sends),
    })),
    [`withPersona, with our plugin, ${what}`]: pairOf(sends, () => ({
      plugin: personas(),
      handler: withPersona(sends),
    })),
  };
}

function pairOf(sends: Sends, variant: () => Variant): Pair {
  const alone: Variant = { handler: withUsePersona(sends) };
  return { alone: () => start(alone), variant: () => start(variant()) };
}

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
