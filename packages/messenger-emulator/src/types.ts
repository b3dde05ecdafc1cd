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
  /** Re-hosted by the emulator, as by Messenger: not the URL that was sent. */
  profile_picture_url: string;
}

export interface PersonaState extends PersonaFace {
  pageId: string;
  deleted: boolean;
}

/** What was said, in the Send API's and the webhook's own field names. */
export type EntryMessage = { text?: string } & {
  [field: string]: Json | undefined;
};

/** Where somebody who enters a conversation comes from. */
export interface Referral {
  /** The `ref` of an m.me link or an ad. */
  ref?: string;
  source: 'SHORTLINK' | 'ADS';
  type: 'OPEN_THREAD';
  ad_id?: string;
}

/** What somebody agreed to, as the webhook tells it. */
export interface OptIn {
  /** Of the two plugins: what the website calls itself. */
  ref?: string;
  /** Of the checkbox plugin: whom to answer, while the PSID is not known. */
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

/** By what a bot may write to a customer besides the PSID. */
export type AddressKind =
  | 'user_ref'
  | 'phone_number'
  | 'comment_id'
  | 'post_id'
  | 'one_time_notif_token'
  | 'notification_messages_token';

/** One thing that happened in a conversation. */
export interface ConversationEntry {
  from: 'user' | 'page' | 'persona';
  /** The persona as it was when it spoke; it stays when the persona is deleted. */
  persona: PersonaFace | null;
  message?: EntryMessage;
  /** A button that the customer pressed. */
  postback?: { title: string; payload: string; referral?: Referral };
  /** What the customer agreed to: a plugin of a website, or a template of the bot's. */
  optin?: OptIn;
  /** An m.me link or an ad by which the customer came back. */
  referral?: Referral;
  account_linking?: {
    status: 'linked' | 'unlinked';
    authorization_code?: string;
  };
  /** By what the bot has reached the customer, where it was not the PSID. */
  address?: AddressKind;
  senderAction?: string;
  /** The app that spoke, where it is not the bot's: the Page's inbox. */
  app_id?: string;
  /** A message of the customer's that was changed; the message itself stays as it was sent. */
  edit?: { mid: string; text: string; num_edit: number };
  /** What a `react` or `unreact` is about. */
  reaction?: { mid: string; emoji?: string };
  /** Why the bot has not got what the customer said, where it has not. */
  undelivered?: string;
  mid?: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface ConversationState {
  psid: string;
  pageId: string;
  name: string;
  /** Whether Messenger refuses personas for this customer, as it once did in Europe. */
  european: boolean;
  /** The app ID of whoever has the thread: the bot's app, or another, as the Page's inbox. */
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
  /** What it is about, at most 120 characters: the text of a message, a sender action, a persona's name; `''` where the path says all. */
  hint: string;
  /** HTTP status; 0 where the connection was broken instead of an answer. */
  status: number;
  error: GraphErrorObject | null;
  /** Whether another website's page has sent it; only the latest 20 of these are kept. */
  isForeign?: true;
}

/** A row with what went to and fro: no tokens, at most 4 KB each. */
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

/** What a customer says: a text, a message, a sticker, a pressed button, a ticked checkbox. */
export type CustomerMessage =
  | string
  | {
      text?: string;
      quick_reply?: { payload: string };
      attachments?: { type: string; payload: JsonObject }[];
      /** 369239263222822 is the thumb. */
      sticker_id?: number | string;
    }
  | { postback: { title: string; payload: string } }
  | { optin: { ref: string; user_ref: string } };

export interface SayOptions {
  /** The Page that is written to; the first one unless told. */
  pageId?: string;
}

export interface SayResult {
  /** HTTP status of the bot's webhook; 0 when the bot is not subscribed to it, so that nothing was sent. */
  status: number;
  /** Message ID of what was said. */
  mid: string;
}

export interface PressOptions extends SayOptions {
  /** What stands on the button; looked up among what is offered, else the payload. */
  title?: string;
}

/** What happened to something that is no message. */
export interface ActionResult {
  /** HTTP status of the bot's webhook; 0 when there was nothing to tell, or the bot is not subscribed to it. */
  status: number;
}

/** What happened to the events that were held back while webhooks were paused. */
export interface ResumeResult {
  /** HTTP status of the last webhook; 0 when nothing was held back. */
  status: number;
  /** How many events were delivered. */
  events: number;
}

/** A login that a customer has begun. */
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

/** What a customer leaves on the Page, outside of the conversation. */
export type FeedRequest =
  | { type: 'post'; message: string }
  | {
      type: 'comment';
      message: string;
      /** The post that it stands under; one of the Page's own unless told. */
      post_id?: string;
    };

export interface FeedResult extends ActionResult {
  post_id: string;
  comment_id?: string;
}

/** What is known of a customer. */
export interface CustomerDetails {
  name?: string;
  /** By which the Page may reach them (customer matching); digits with a leading `+`. */
  phoneNumber?: string;
  /** Whether Messenger refuses personas for this customer, as it once did in Europe. */
  european?: boolean;
}

/** What is there when the emulator starts, and when it starts over. The Page is the first one unless told. */
export interface EmulatorSeed {
  personas?: {
    pageId?: string;
    /** One of its own unless told. */
    id?: string;
    name: string;
    profile_picture_url: string;
  }[];
  customers?: ({ psid: string; pageId?: string } & CustomerDetails)[];
  /** Messenger profiles, in the field names of the Messenger Profile API. */
  profiles?: ({ pageId?: string } & { [property: string]: Json | undefined })[];
}

export interface OptInResult extends ActionResult {
  /** By which the bot may write, where the opt-in gives one. */
  token?: string;
}

/** An entry of the persistent menu, as the bot has set it up. */
export interface MenuItem {
  type: string;
  title: string;
  payload?: string;
  url?: string;
}

/** What a customer is shown besides the messages, from the Page's Messenger profile. */
export interface CustomerView {
  psid: string;
  pageId: string;
  name: string;
  /** Of a conversation that has not begun, with the customer's name in it. */
  greeting: string | null;
  /** Whether a conversation that has not begun has the Get Started button. */
  getStarted: boolean;
  /** Of a conversation that has not begun; they take the place of Get Started. */
  iceBreakers: { question: string; payload: string }[];
  menu: MenuItem[];
  /** Whether the customer can use the menu only. */
  composerDisabled: boolean;
}

export interface InboxOptions extends SayOptions {
  /** What the bot's app is told with it, at most 1,000 characters. */
  metadata?: string;
}

export type InboxResult = ActionResult;

/** Something that goes wrong on purpose. */
export interface Fault {
  /** HTTP method; any unless told. */
  method?: string;
  /** Exact path without version (`/me/personas`), or a pattern for it; any unless told. */
  path?: string | RegExp;
  /** How many calls it hits; all until it is removed unless told. */
  times?: number;
  /** The share of matching calls it hits, 0 to 1. */
  share?: number;
  /** Waits this long before the call; alone it only delays. */
  delayMs?: number;
  /** HTTP status of the answer. */
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
  /** Breaks the connection before the call is carried out, or after it, unanswered. */
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
