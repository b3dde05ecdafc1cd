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

/** What customers do besides writing; each step resolves when the bot's webhook has answered. */
export interface CustomerActions {
  /** Presses Get Started; throws when the Page has no such button. */
  getStarted(psid: string, options?: SayOptions): Promise<SayResult>;
  /** Presses a quick reply, a button, an ice breaker or an entry of the menu. */
  press(
    psid: string,
    payload: string,
    options?: PressOptions,
  ): Promise<SayResult>;
  /**
   * Follows an m.me link or an ad. In a conversation that has not begun, the
   * first button pressed tells of it.
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
  /** Posts on the Page, or comments on a post there; the bot can answer once. */
  post(
    psid: string,
    item: FeedRequest,
    options?: SayOptions,
  ): Promise<FeedResult>;
  /**
   * Presses a Log in button. The bot's login page leads a browser that opens
   * the result's `url` back to the emulator, which then tells the bot.
   *
   * @param url the button's
   */
  logIn(psid: string, url: string, options?: SayOptions): LogInResult;
  /** Links an account without a login page. */
  linkAccount(
    psid: string,
    authorizationCode: string,
    options?: SayOptions,
  ): Promise<ActionResult>;
  unlinkAccount(psid: string, options?: SayOptions): Promise<ActionResult>;
  /** Reacts to a message of the conversation, in place of an earlier reaction. */
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
  /** Changes a text that the customer has sent, at most five times. */
  edit(
    psid: string,
    mid: string,
    text: string,
    options?: SayOptions,
  ): Promise<ActionResult>;
  /** Says what is known of a customer, and opens the conversation. */
  set(psid: string, details: CustomerDetails, options?: SayOptions): void;
  /** What the customer is shown besides the messages. */
  view(psid: string, options?: SayOptions): CustomerView;
  /** Puts a file where the bot finds it. @returns its URL, for an attachment. */
  upload(content: Uint8Array): string;
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

  /** What customers do besides writing. */
  readonly customer: CustomerActions;

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

  /** What customers did and what the bot answered so far, for `replay`. */
  recording(): Recording;

  /**
   * Repeats what the customers of a recording did, in an emulator without
   * conversations, and compares the bot's messages. IDs and times are left out.
   *
   * @param timeoutMs how long the bot may take for each turn; 5,000 unless told
   * @throws {Error} with the difference, line by line, when the bot answers otherwise.
   */
  replay(recording: Recording, timeoutMs?: number): Promise<void>;

  /**
   * Moves the emulator's time on, by so many milliseconds: for the messaging
   * window, rate limits, and tokens that expire. `reset` moves it back.
   */
  advance(ms: number): void;

  /** Lets calls go wrong. @returns a function that ends it. */
  fail(fault: Fault): () => void;

  /** Whether Messenger refuses personas for this customer, as it once did in Europe. */
  setEuropean(psid: string, european: boolean): void;

  /**
   * Starts over: forgets what was said, made, set up and called, ends all
   * faults, and has the seed again. Where the bot listens, and its subscriptions, stay.
   */
  reset(): void;

  /**
   * Holds webhooks back, as in an outage: what customers do meanwhile resolves
   * at once, with status 0. `reset` ends it and drops what was held back.
   */
  pauseWebhooks(): void;

  /**
   * Delivers what was held back in one webhook, with several events per entry
   * (at most 1,000 in a webhook).
   *
   * @throws when the bot cannot be reached; what was held back is lost then.
   * @example
   * emulator.pauseWebhooks();
   * await emulator.say('1001', 'first');
   * await emulator.say('1001', 'second');
   * await emulator.resumeWebhooks(); // { status: 200, events: 2 }
   */
  resumeWebhooks(): Promise<ResumeResult>;

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
