import type {
  ActionResult,
  CustomerDetails,
  CustomerMessage,
  CustomerView,
  EmulatorState,
  Fault,
  FeedRequest,
  FeedResult,
  InboxOptions,
  InboxResult,
  LogInResult,
  OptInRequest,
  OptInResult,
  PressOptions,
  Recording,
  ResumeResult,
  SayOptions,
  SayResult,
} from './types';

/** The Page's inbox. Each method resolves when the bot's webhook has answered. */
export interface PageInbox {
  /** Takes control of the conversation: what the customer writes now arrives as `standby`. */
  take(psid: string, options?: InboxOptions): Promise<InboxResult>;
  /** Answers as the Page; takes control first if the bot has it. */
  answer(
    psid: string,
    text: string,
    options?: InboxOptions,
  ): Promise<{ mid: string }>;
  /** Passes control back to the bot, the default app. */
  pass(psid: string, options?: InboxOptions): Promise<InboxResult>;
  /** Asks the bot for control. */
  request(psid: string, options?: InboxOptions): Promise<InboxResult>;
}

/** What customers do besides writing. Each method resolves when the bot's webhook has answered. */
export interface CustomerActions {
  /** Presses Get Started. Throws if the Page has no such button. */
  getStarted(psid: string, options?: SayOptions): Promise<SayResult>;
  /** Presses a quick reply, a button, an ice breaker or a menu item. */
  press(
    psid: string,
    payload: string,
    options?: PressOptions,
  ): Promise<SayResult>;
  /**
   * Follows an m.me link or an ad. In a new conversation, the webhook of the
   * first button carries the referral.
   */
  openLink(
    psid: string,
    link: { ref?: string; source?: 'SHORTLINK' | 'ADS'; ad_id?: string },
    options?: SayOptions,
  ): Promise<ActionResult>;
  optIn(
    psid: string,
    optIn: OptInRequest,
    options?: SayOptions,
  ): Promise<OptInResult>;
  /** Posts on the Page, or comments on a post; the bot can answer once. */
  post(
    psid: string,
    item: FeedRequest,
    options?: SayOptions,
  ): Promise<FeedResult>;
  /**
   * Presses a Log in button. A browser that opens the resulting `url` reaches
   * the bot's login page, which redirects to the emulator, which then sends the
   * webhook.
   *
   * @param url the URL of the button
   */
  logIn(psid: string, url: string, options?: SayOptions): LogInResult;
  /** Links an account without a login page. */
  linkAccount(
    psid: string,
    authorizationCode: string,
    options?: SayOptions,
  ): Promise<ActionResult>;
  unlinkAccount(psid: string, options?: SayOptions): Promise<ActionResult>;
  /** Reacts to a message of the conversation, replacing an earlier reaction. */
  react(
    psid: string,
    mid: string,
    emoji: string,
    options?: SayOptions,
  ): Promise<ActionResult>;
  unreact(
    psid: string,
    mid: string,
    options?: SayOptions,
  ): Promise<ActionResult>;
  /** Edits a text that the customer has sent, at most five times. */
  edit(
    psid: string,
    mid: string,
    text: string,
    options?: SayOptions,
  ): Promise<ActionResult>;
  /** Sets the details of a customer, and opens the conversation. */
  set(psid: string, details: CustomerDetails, options?: SayOptions): void;
  /** Returns what the customer sees besides messages. */
  view(psid: string, options?: SayOptions): CustomerView;
  /** Stores a file for the bot to download. Returns its URL, for an attachment. */
  upload(content: Uint8Array): string;
}

/** A running Messenger Platform on loopback. */
export interface MessengerEmulator {
  /** `http://127.0.0.1:<port>`, which the bot calls instead of `https://graph.facebook.com`. */
  readonly origin: string;

  /**
   * A customer writes to a Page. The webhook is signed and delivered.
   *
   * @returns a promise that resolves when the bot's webhook has answered
   * @throws if no webhook URL is known, or the bot cannot be reached
   * @see
   *   https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
   */
  say(
    psid: string,
    message: CustomerMessage,
    options?: SayOptions,
  ): Promise<SayResult>;

  /** What customers do besides writing. */
  readonly customer: CustomerActions;

  /**
   * The Page's inbox, where a person takes control of a conversation, answers,
   * and passes control back.
   *
   * @see
   *   https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
   */
  readonly inbox: PageInbox;

  /** Returns the Pages, personas, conversations and Graph API calls, without tokens. */
  state(): EmulatorState;

  /**
   * Waits for the first truthy result of `check`, which is called at each
   * change.
   *
   * @throws if the result is still falsy after `timeoutMs` milliseconds, 5,000
   *   by default
   */
  waitFor<T>(
    check: (state: EmulatorState) => T | undefined | null | false,
    timeoutMs?: number,
  ): Promise<T>;

  /** Returns what customers did and what the bot answered so far, for `replay`. */
  recording(): Recording;

  /**
   * Repeats what the customers of a recording did, in an emulator without
   * conversations, and compares the bot's messages, without IDs and times.
   *
   * @param timeoutMs how long the bot may take for each turn, 5,000 by default
   * @throws {Error} with the difference, line by line, if the bot answers
   *   differently
   */
  replay(recording: Recording, timeoutMs?: number): Promise<void>;

  /**
   * Advances the emulator's time by `ms` milliseconds, for the messaging
   * window, rate limits and expiring tokens. `reset` undoes it.
   */
  advance(ms: number): void;

  /** Makes Graph API calls fail. Returns a function that ends the fault. */
  fail(fault: Fault): () => void;

  /** Whether personas are refused for this customer, as Messenger once did in Europe. */
  setEuropean(psid: string, european: boolean): void;

  /**
   * Starts over: deletes conversations, personas, profiles and calls, ends all
   * faults, and applies the seed again. The webhook's URL and subscriptions
   * remain.
   */
  reset(): void;

  /**
   * Holds webhooks back, as in an outage: until then, what customers do
   * resolves at once, with status 0. `reset` ends the pause and drops the
   * events.
   */
  pauseWebhooks(): void;

  /**
   * Delivers the events that were held back in one webhook, with several events
   * per entry, and at most 1,000 events per webhook.
   *
   * @throws if the bot cannot be reached; the events are lost then
   * @example
   * emulator.pauseWebhooks();
   * await emulator.say('1001', 'first');
   * await emulator.say('1001', 'second');
   * await emulator.resumeWebhooks(); // { status: 200, events: 2 }
   */
  resumeWebhooks(): Promise<ResumeResult>;

  /** Sets the webhook's URL, for bots that start after the emulator. */
  setWebhookUrl(url: string): void;

  /**
   * Sends the verification request with the `verifyToken`, like the app
   * dashboard when a webhook is set up.
   *
   * @throws if the bot does not answer with the challenge
   * @see
   *   https://developers.facebook.com/docs/messenger-platform/webhooks#verification-requests
   */
  verifyWebhook(): Promise<void>;

  /** Ends all connections and timers. */
  close(): Promise<void>;
}
