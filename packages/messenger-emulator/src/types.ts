import type { GraphErrorObject } from './values/graphError';
import type { Json, JsonObject } from './values/json';

/** A Page of the emulated Messenger. */
export interface EmulatedPage {
  id: string;
  name: string;
}

/** A persona as a customer sees it. */
export interface PersonaFace {
  id: string;
  name: string;
  /** A URL of the emulator, as Messenger hosts pictures itself; not the URL that was sent. */
  profile_picture_url: string;
}

export interface PersonaState extends PersonaFace {
  pageId: string;
  deleted: boolean;
}

/** A message, in the field names of the Send API and the webhook. */
export type EntryMessage = { text?: string } & {
  [field: string]: Json | undefined;
};

/** How a customer came to the conversation. */
export interface Referral {
  /** The `ref` of an m.me link or an ad. */
  ref?: string;
  source: 'SHORTLINK' | 'ADS';
  type: 'OPEN_THREAD';
  ad_id?: string;
}

/** What a customer agreed to, in the field names of the webhook. */
export interface OptIn {
  /** For the two plugins: the value that the website has set. */
  ref?: string;
  /** For the checkbox plugin: whom to answer until the PSID is known. */
  user_ref?: string;
  type?: 'one_time_notif_req' | 'notification_messages';
  payload?: string;
  title?: string;
  one_time_notif_token?: string;
  notification_messages_token?: string;
  notification_messages_timezone?: string;
  /** Milliseconds since the epoch. */
  token_expiry_timestamp?: number;
  user_token_status?: 'NOT_REFRESHED';
}

/** The ways to address a customer other than the PSID. */
export type AddressKind =
  | 'user_ref'
  | 'phone_number'
  | 'comment_id'
  | 'post_id'
  | 'one_time_notif_token'
  | 'notification_messages_token';

/** One event of a conversation. */
export interface ConversationEntry {
  from: 'user' | 'page' | 'persona';
  /** The persona at the time of the message; unchanged when it is deleted. */
  persona: PersonaFace | null;
  message?: EntryMessage;
  /** A button that the customer pressed. */
  postback?: { title: string; payload: string; referral?: Referral };
  /** What the customer agreed to, in a website's plugin or a template of the bot. */
  optin?: OptIn;
  /** The m.me link or ad by which the customer returned. */
  referral?: Referral;
  account_linking?: {
    status: 'linked' | 'unlinked';
    authorization_code?: string;
  };
  /** How the bot addressed the customer, if not by PSID. */
  address?: AddressKind;
  senderAction?: string;
  /** The app that sent it, if not the bot's: the Page's inbox. */
  app_id?: string;
  /** The customer edited a message; the entry of that message is unchanged. */
  edit?: { mid: string; text: string; num_edit: number };
  /** The reaction of a `react` or `unreact`. */
  reaction?: { mid: string; emoji?: string };
  /** Why the bot did not receive it, if it did not. */
  undelivered?: string;
  mid?: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface ConversationState {
  psid: string;
  pageId: string;
  name: string;
  /** Whether personas are refused for this customer, as Messenger once did in Europe. */
  european: boolean;
  /** The ID of the app in control: the bot's, or another such as the Page's inbox. */
  threadOwner: string;
  entries: readonly ConversationEntry[];
}

/** One Graph API call, as the emulator answered it. */
export interface RequestRow {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  /** Without version prefix and query. */
  path: string;
  /** On a call to an expired version: `v6.0, expired, served as v21.0`. */
  version?: string;
  personaId: string | null;
  /**
   * A description of at most 120 characters: the text of a message, a sender
   * action, a persona's name; `''` if the path is enough.
   */
  hint: string;
  /** The HTTP status; 0 if the connection was broken instead. */
  status: number;
  error: GraphErrorObject | null;
  /** Whether another website's page sent it; only the latest 20 of these are kept. */
  isForeign?: true;
}

/** A row with the bodies of request and response: without tokens, at most 4 KB each. */
export interface RequestDetail extends RequestRow {
  requestBody: string;
  responseBody: string;
}

export interface EmulatorState {
  pages: readonly EmulatedPage[];
  personas: readonly PersonaState[];
  conversations: readonly ConversationState[];
  /** The latest calls, oldest first. */
  requests: readonly RequestRow[];
}

/** A text, a message, a sticker, a pressed button or a ticked checkbox. */
export type CustomerMessage =
  | string
  | {
      text?: string;
      quick_reply?: { payload: string };
      attachments?: { type: string; payload: JsonObject }[];
      /** The thumb is 369239263222822. */
      sticker_id?: number | string;
    }
  | { postback: { title: string; payload: string } }
  | { optin: { ref: string; user_ref: string } };

export interface SayOptions {
  /** The Page to write to; the first one by default. */
  pageId?: string;
}

export interface SayResult {
  /**
   * The HTTP status of the bot's webhook; 0 if nothing was sent, because the
   * bot is not subscribed or webhooks are paused.
   */
  status: number;
  /** The ID of the message. */
  mid: string;
}

export interface PressOptions extends SayOptions {
  /**
   * The title of the button; by default that of the offered button with this
   * payload, else the payload.
   */
  title?: string;
}

/** The outcome of an action that is not a message. */
export interface ActionResult {
  /** The HTTP status of the bot's webhook; 0 if nothing was sent. */
  status: number;
}

/** The outcome of resuming paused webhooks. */
export interface ResumeResult {
  /** The HTTP status of the last webhook; 0 if there were no events. */
  status: number;
  /** How many events were delivered. */
  events: number;
}

/** A login that a customer has started. */
export interface LogInResult extends ActionResult {
  /** The bot's login page with `account_linking_token` and `redirect_uri`, for a browser to open within 5 minutes. */
  url: string;
}

/** What a customer agrees to. */
export type OptInRequest =
  | { type: 'checkbox'; ref: string; user_ref: string }
  | { type: 'send_to_messenger'; ref?: string }
  | { type: 'one_time_notif_req'; payload: string }
  | { type: 'notification_messages'; payload: string; title?: string };

/** What a customer publishes on the Page, outside the conversation. */
export type FeedRequest =
  | { type: 'post'; message: string }
  | {
      type: 'comment';
      message: string;
      /** The post that is commented on; one of the Page by default. */
      post_id?: string;
    };

export interface FeedResult extends ActionResult {
  post_id: string;
  comment_id?: string;
}

/** The details of a customer. */
export interface CustomerDetails {
  name?: string;
  /** The number for customer matching; digits with a leading `+`. */
  phoneNumber?: string;
  /** Whether personas are refused for this customer, as Messenger once did in Europe. */
  european?: boolean;
}

/** The initial state, and the state after a reset. The Page is the first one by default. */
export interface EmulatorSeed {
  personas?: {
    pageId?: string;
    /** Generated by default. */
    id?: string;
    name: string;
    profile_picture_url: string;
  }[];
  customers?: ({ psid: string; pageId?: string } & CustomerDetails)[];
  /** Messenger profiles, in the field names of the Messenger Profile API. */
  profiles?: ({ pageId?: string } & { [property: string]: Json | undefined })[];
}

export interface OptInResult extends ActionResult {
  /** The token by which the bot may write, if the opt-in yields one. */
  token?: string;
}

/** An item of the persistent menu. */
export interface MenuItem {
  type: string;
  title: string;
  payload?: string;
  url?: string;
}

/** What a customer sees besides messages, from the Page's Messenger profile. */
export interface CustomerView {
  psid: string;
  pageId: string;
  name: string;
  /** Before the conversation begins: the greeting, with the customer's name filled in. */
  greeting: string | null;
  /** Before the conversation begins: whether there is a Get Started button. */
  getStarted: boolean;
  /** Before the conversation begins: the ice breakers, which replace Get Started. */
  iceBreakers: { question: string; payload: string }[];
  menu: MenuItem[];
  /** Whether the customer can only use the menu. */
  composerDisabled: boolean;
}

export interface InboxOptions extends SayOptions {
  /** A text for the bot's app, at most 1,000 characters. */
  metadata?: string;
}

export type InboxResult = ActionResult;

/** A simulated failure of Graph API calls. */
export interface Fault {
  /** The HTTP method; any by default. */
  method?: string;
  /** The exact path without version (`/me/personas`), or a pattern; any by default. */
  path?: string | RegExp;
  /** How many calls it hits; by default all, until it is removed. */
  times?: number;
  /** The share of matching calls that it hits, from 0 to 1. */
  share?: number;
  /** A delay before the call, in milliseconds; on its own it only delays. */
  delayMs?: number;
  /** The HTTP status of the answer. */
  status?: number;
  error?: {
    message?: string;
    type?: string;
    code?: number;
    error_subcode?: number;
    error_user_title?: string;
    error_user_msg?: string;
    is_transient?: boolean;
  };
  /** Breaks the connection before the call is executed, or after it instead of answering. */
  connection?: 'break-before' | 'break-after';
}

/** A conversation as a test: what customers did, and what the bot answered. */
export interface Recording {
  format: 'messenger-emulator/1';
  turns: RecordedTurn[];
}

/** One step of a customer, with the bot's messages up to the customer's next step. */
export interface RecordedTurn {
  pageId: string;
  psid: string;
  customer: RecordedStep;
  bot: RecordedMessage[];
}

/** What a customer did, in the field names of a conversation's entries. */
export interface RecordedStep {
  message?: JsonObject;
  postback?: JsonObject;
  optin?: JsonObject;
  referral?: JsonObject;
  account_linking?: JsonObject;
  /** `message` counts the messages of the conversation, from 0. */
  reaction?: { message: number; emoji?: string };
  edit?: { message: number; text: string };
}

/** A message of the bot's, without IDs and times. */
export interface RecordedMessage {
  /** The persona's name; `null` for the Page. */
  as: string | null;
  message: JsonObject;
}
