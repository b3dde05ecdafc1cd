import { checkBoolean, checkHttpUrl, checkInteger } from './values/checks';
import { readOptions, type MessengerEmulatorOptions } from './options';
import { startServer } from './server';
import type {
  CustomerMessage,
  EmulatorState,
  Fault,
  InboxOptions,
  InboxResult,
  SayOptions,
  SayResult,
} from './types';
import { waitForState } from './control/waiting';
import type { World } from './world/world';

export type { GraphErrorObject } from './values/graphError';
export type { Json, JsonObject } from './values/json';
export type { EmulatorPageOptions, MessengerEmulatorOptions } from './options';
export type * from './types';

/** The Page's inbox; each of its steps resolves when the bot's webhook has answered. */
export interface PageInbox {
  /** Takes the thread from the bot: what the customer says now comes as `standby`. */
  take(psid: string, options?: InboxOptions): Promise<InboxResult>;
  /** Answers as the Page; takes the thread first where the bot has it. */
  answer(
    psid: string,
    text: string,
    options?: InboxOptions,
  ): Promise<{ mid: string }>;
  /** Hands the thread back to the bot. */
  pass(psid: string, options?: InboxOptions): Promise<InboxResult>;
  /** Asks the bot for the thread. */
  request(psid: string, options?: InboxOptions): Promise<InboxResult>;
}

/** A running Messenger Platform on loopback. */
export interface MessengerEmulator {
  /** `http://127.0.0.1:<port>`, for the `origin` option of Bottender's Messenger channel. */
  readonly origin: string;

  /**
   * A customer writes to a Page. The webhook is signed and delivered.
   *
   * @returns once the bot's webhook has answered.
   * @throws when no webhook URL is known or the bot cannot be reached.
   * @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
   */
  say(
    psid: string,
    message: CustomerMessage,
    options?: SayOptions,
  ): Promise<SayResult>;

  /**
   * The Page's inbox, in which a person answers: it takes the thread from the
   * bot, answers, and passes it back.
   *
   * @see https://developers.facebook.com/docs/messenger-platform/handover-protocol
   */
  readonly inbox: PageInbox;

  /** What is there now: Pages, personas, conversations and Graph API calls. No tokens. */
  state(): EmulatorState;

  /**
   * Waits for the first truthy result of `check`, looked for at each change.
   *
   * @throws when it has not come after `timeoutMs` (5,000 unless told).
   */
  waitFor<T>(
    check: (state: EmulatorState) => T | undefined | null | false,
    timeoutMs?: number,
  ): Promise<T>;

  /** Lets calls go wrong. @returns a function that ends it. */
  fail(fault: Fault): () => void;

  /** Whether Messenger refuses personas for this customer, as it once did in Europe. */
  setEuropean(psid: string, european: boolean): void;

  /**
   * Starts over: forgets what was said, made, set up and called, and ends all
   * faults. Where the bot listens, and its subscriptions, stay.
   */
  reset(): void;

  /** Where the bot listens, for bots that start after the emulator. */
  setWebhookUrl(url: string): void;

  /**
   * Presents the `verifyToken` to the bot, as the app's dashboard does when a
   * webhook is set up.
   *
   * @throws when the bot does not answer with the challenge.
   * @see https://developers.facebook.com/docs/messenger-platform/webhooks#verification-requests
   */
  verifyWebhook(): Promise<void>;

  /** Ends all connections and timers. */
  close(): Promise<void>;
}

/**
 * Starts a Messenger Platform on 127.0.0.1, for trying and testing a Messenger
 * bot without a Facebook app. It is strict where Messenger is strict.
 *
 * @throws {TypeError} naming the wrong option, or an error when the port is taken.
 */
export async function startMessengerEmulator(
  options: MessengerEmulatorOptions,
): Promise<MessengerEmulator> {
  const server = await startServer(readOptions(options));
  const { world, customers, inbox, faults, closing } = server;
  return {
    origin: world.origin,
    inbox: {
      take: (psid, given) => inbox.take(psid, given),
      answer: (psid, text, given) => inbox.answer(psid, text, given),
      pass: (psid, given) => inbox.pass(psid, given),
      request: (psid, given) => inbox.request(psid, given),
    },
    say: (psid, message, sayOptions) =>
      customers.say(psid, message, sayOptions),
    state: () => world.state(),
    waitFor: (check, timeoutMs = 5000) => {
      checkInteger(timeoutMs, 'timeoutMs', 0, 2 ** 31 - 1);
      return waitForState(world, check, timeoutMs, closing);
    },
    fail: (fault) => {
      const id = faults.add(fault);
      return () => faults.remove(id);
    },
    setEuropean: (psid, european) => {
      customers.checkPsid(psid);
      world.conversations.setEuropean(psid, checkBoolean(european, 'european'));
    },
    reset: () => {
      faults.removeAll();
      world.reset();
    },
    setWebhookUrl: (url) =>
      world.webhooks.setUrl(checkHttpUrl(url, 'webhookUrl')),
    verifyWebhook: () => verifyWebhook(world),
    close: () => server.close(),
  };
}

async function verifyWebhook({ settings, webhooks }: World): Promise<void> {
  const { verifyToken } = settings;
  if (verifyToken === undefined || !webhooks.app) {
    throw new Error(
      'Messenger emulator: verifying a webhook needs a `verifyToken` and a webhook URL',
    );
  }
  await webhooks.verify(webhooks.app.callbackUrl, verifyToken);
}
