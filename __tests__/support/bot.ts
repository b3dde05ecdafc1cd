import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';

import {
  createServer,
  MessengerBot,
  type Action,
  type MessengerClient,
  type MessengerConnector,
  type MessengerContext,
  type MessengerTypes,
} from 'bottender';
import type { PersonaContext } from 'bottender-persona';
import type { MessengerEmulator } from 'messenger-emulator';

import { afterTest } from './afterTest';
import { startEmulator } from './emulator';
import { APP_SECRET, CUSTOMER, OTHER_PAGE, PAGE } from './pages';

export * from './pages';

const HELLO = { message: { mid: 'm_hello', text: 'hello' } };

export type TestAction = Action<PersonaContext>;
type Handler = Parameters<MessengerBot['onEvent']>[0];

export interface BotSetup {
  /** The entry action; `run` replaces it. */
  action?: TestAction;
  plugins?: ((context: PersonaContext) => unknown)[];
  onError?: TestAction;
  initialState?: Record<string, string | number | null>;
  /** Send batch requests, this many milliseconds apart. */
  batchDelayMs?: number;
  /** Serve both Pages, each with its own token. */
  severalPages?: boolean;
  /** Call the Graph API without `appsecret_proof`. */
  skipAppSecretProof?: boolean;
  emulator?: MessengerEmulator;
  /** Where the bot calls the Graph API; the emulator by default. */
  origin?: string;
  /** A class that extends Bottender's, for the contexts. */
  contextClass?: typeof MessengerContext;
  /** A class that extends Bottender's, for the client. */
  clientClass?: typeof MessengerClient;
}

/** The ways in which Bottender sends to Messenger: each as the end of a title, and a set-up. */
export const SEND_MODES: [string, BotSetup][] = [
  ['directly', {}],
  ['in batch mode', { batchDelayMs: 20 }],
];

/** A bot on Bottender's own server, and the emulator that it talks to. */
export interface RunningBot {
  readonly emulator: MessengerEmulator;
  readonly webhookUrl: string;
  /** The errors of handlers. */
  readonly errors: unknown[];
  /** A customer writes, and this action handles it. Resolves when it has ended. */
  run(
    action: TestAction,
    event?: { psid?: string; pageId?: string },
  ): Promise<void>;
  /** A customer writes, and the entry action handles it. */
  say(text: string, event?: { psid?: string; pageId?: string }): Promise<void>;
  /** Handles any event without HTTP, in the caller's asynchronous context. */
  runHere(action: TestAction, psid: string, event?: object): Promise<void>;
  /** Is called after the test at the latest. */
  close(this: void): Promise<void>;
}

export async function startBot(setup: BotSetup = {}): Promise<RunningBot> {
  const emulator = setup.emulator ?? (await startEmulator());
  const errors: unknown[] = [];
  const tokens = new Map(
    [PAGE, OTHER_PAGE].map(({ id, accessToken }) => [id, accessToken]),
  );
  const bot = new MessengerBot({
    appId: '1',
    appSecret: APP_SECRET,
    verifyToken: 'VERIFY',
    origin: setup.origin ?? emulator.origin,
    skipAppSecretProof: setup.skipAppSecretProof ?? false,
    sync: true,
    ...(setup.severalPages
      ? {
          mapPageToAccessToken: (id: string) =>
            Promise.resolve(tokens.get(id) ?? ''),
        }
      : { accessToken: PAGE.accessToken }),
    ...(setup.batchDelayMs === undefined
      ? undefined
      : { batchConfig: { delay: setup.batchDelayMs } }),
  } as ConstructorParameters<typeof MessengerBot>[0]);

  const config = { origin: setup.origin ?? emulator.origin };
  extend(bot.connector as MessengerConnector, setup, config);

  let action: TestAction = setup.action ?? nothing;
  const entry: TestAction = (context) => action(context, {});
  const onError: TestAction = (context, props) => {
    errors.push(props.error);
    return setup.onError?.(context, props);
  };
  // Bottender's types do not know what a plugin adds to a context.
  bot.onEvent(entry as Handler);
  bot.onError(onError as Handler);
  if (setup.initialState) bot.setInitialState(setup.initialState);
  for (const plugin of setup.plugins ?? []) {
    bot.use((context) => plugin(context as PersonaContext) as void);
  }

  const path = '/webhooks/messenger';
  const server: Server = await new Promise((resolve) => {
    const listening: Server = createServer(bot, { path }).listen(
      0,
      '127.0.0.1',
      () => resolve(listening),
    );
  });
  const { port } = server.address() as AddressInfo;
  const webhookUrl = `http://127.0.0.1:${port}${path}`;
  emulator.setWebhookUrl(webhookUrl);

  const say: RunningBot['say'] = async (text, event = {}) => {
    await emulator.say(event.psid ?? CUSTOMER, text, { pageId: event.pageId });
  };
  const started: RunningBot = {
    emulator,
    webhookUrl,
    errors,
    say,
    async run(next, event) {
      action = next;
      await say('hello', event);
    },
    async runHere(next, psid, event = HELLO) {
      action = next;
      const messaging = [
        { sender: { id: psid }, recipient: { id: PAGE.id }, ...event },
      ];
      const body = { object: 'page', entry: [{ id: PAGE.id, messaging }] };
      await bot.createRequestHandler()(
        JSON.parse(JSON.stringify(body)) as MessengerTypes.MessengerRequestBody,
      );
    },
    async close() {
      // Its timer outlives the server otherwise.
      (bot.connector as MessengerConnector)._batchQueue?.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!setup.emulator) await emulator.close();
    },
  };
  afterTest(started.close);
  return started;
}

/** Replaces Bottender's classes by ones that extend them. */
function extend(
  connector: MessengerConnector,
  { contextClass, clientClass }: BotSetup,
  config: { origin: string },
): void {
  const { accessToken } = PAGE;
  const own = clientClass
    ? new clientClass({ ...config, accessToken, appSecret: APP_SECRET })
    : connector.client;
  Reflect.set(connector, '_client', own);
  if (!contextClass) return;
  const { _batchQueue: batchQueue } = connector;
  connector.createContext = (params) =>
    Promise.resolve(new contextClass({ ...params, client: own, batchQueue }));
}

function nothing(): void {}

/** A bot that a customer has written to, so that the Page may write to her. */
export async function startWrittenTo(psid = CUSTOMER): Promise<RunningBot> {
  const bot = await startBot();
  await bot.say('hello', { psid });
  return bot;
}
