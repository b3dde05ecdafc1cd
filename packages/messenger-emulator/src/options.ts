import {
  checkBoolean,
  checkHttpUrl,
  checkId,
  checkInteger,
  checkKnown,
  checkObject,
  checkText,
  fail,
} from './values/checks';
import type { EmulatorSeed } from './types';

export interface EmulatorPageOptions {
  id: string;
  /** Shown to customers: "Adam Z. from <name>". */
  name: string;
  accessToken: string;
}

export interface MessengerEmulatorOptions {
  /** The port to listen on; 0, the default, chooses a free one. */
  port?: number;
  /** The address to listen on: 127.0.0.1 by default, `0.0.0.0` in a container. */
  host?: string;
  /** Host names that other containers use for the emulator, besides localhost. */
  allowHosts?: string[];
  /** The URL of the bot's webhook; can also be set later, or by subscribing. */
  webhookUrl?: string;
  appId: string;
  /** Signs webhooks and checks `appsecret_proof`. */
  appSecret: string;
  /** The token that `verifyWebhook` sends to the bot. */
  verifyToken?: string;
  /** At least one. */
  pages: EmulatorPageOptions[];
  /** Personas, customers and Messenger profiles to start with, and after each reset. */
  seed?: EmulatorSeed;
  /** PSIDs of customers for whom personas are refused, as Messenger once did in Europe. */
  european?: string[];
  /** Receives one line for each Graph API call and each webhook, without tokens. */
  log?: (line: string) => void;
  /**
   * Whether to refuse messages more than 24 hours after the customer's last
   * action; false by default.
   */
  messagingWindow?: boolean;
  /**
   * Whether to answer a send only after its echo was delivered, as can happen
   * on Messenger; false by default.
   */
  echoBeforeAnswer?: boolean;
  /** Whether to enforce Messenger's rate limits; false by default. */
  rateLimits?: boolean;
  /** The time in milliseconds since the epoch, Date.now by default. `advance` adds to it. */
  now?: () => number;
  /**
   * A number from 0 to 1 that decides whether a fault with a `share` hits;
   * Math.random by default.
   */
  random?: () => number;
}

/** Validated options with their defaults. */
export interface Settings {
  port: number;
  host: string;
  allowHosts: readonly string[];
  webhookUrl: string | undefined;
  appId: string;
  appSecret: string;
  verifyToken: string | undefined;
  pages: readonly EmulatorPageOptions[];
  /** Validated by the server, which knows the rules of Messenger. */
  seed: unknown;
  european: readonly string[];
  messagingWindow: boolean;
  rateLimits: boolean;
  echoBeforeAnswer: boolean;
  now: () => number;
  log: (line: string) => void;
  random: () => number;
}

const OPTIONS = [
  'port',
  'host',
  'allowHosts',
  'webhookUrl',
  'appId',
  'appSecret',
  'verifyToken',
  'pages',
  'seed',
  'european',
  'messagingWindow',
  'rateLimits',
  'echoBeforeAnswer',
  'now',
  'log',
  'random',
];

/** @throws {TypeError} naming the wrong option. */
export function readOptions(options: MessengerEmulatorOptions): Settings {
  checkObject(options, 'options');
  checkKnown(options, OPTIONS, '');
  const { port = 0, webhookUrl, verifyToken, european = [] } = options;
  const { host = '127.0.0.1', allowHosts = [] } = options;
  const { log = () => undefined, random = Math.random } = options;
  const { messagingWindow = false, rateLimits = false } = options;
  const { now = Date.now, echoBeforeAnswer = false } = options;
  if (typeof log !== 'function') fail('log', 'a function');
  if (!Array.isArray(european)) fail('european', 'a list of PSIDs');
  if (!Array.isArray(allowHosts)) fail('allowHosts', 'a list of host names');
  if (typeof now !== 'function') fail('now', 'a function');
  if (typeof random !== 'function') fail('random', 'a function');
  return {
    port: checkInteger(port, 'port', 0, 65535),
    host: checkText(host, 'host'),
    allowHosts: [
      ...allowHosts.map((name, i) => checkHostName(name, `allowHosts[${i}]`)),
      // The address it listens on is also a valid host name.
      ...(isAnyAddress(host) ? [] : [host.toLowerCase()]),
    ],
    webhookUrl:
      webhookUrl === undefined
        ? undefined
        : checkHttpUrl(webhookUrl, 'webhookUrl'),
    appId: checkId(options.appId, 'appId'),
    appSecret: checkText(options.appSecret, 'appSecret'),
    verifyToken:
      verifyToken === undefined
        ? undefined
        : checkText(verifyToken, 'verifyToken'),
    pages: readPages(options.pages),
    european: european.map((psid, i) => checkId(psid, `european[${i}]`)),
    seed: options.seed,
    messagingWindow: checkBoolean(messagingWindow, 'messagingWindow'),
    rateLimits: checkBoolean(rateLimits, 'rateLimits'),
    echoBeforeAnswer: checkBoolean(echoBeforeAnswer, 'echoBeforeAnswer'),
    now,
    log,
    random,
  };
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** A name as in a `Host` header, without the port. */
function checkHostName(value: unknown, option: string): string {
  if (
    typeof value !== 'string' ||
    !/^([\w.-]{1,253}|\[[\da-f:.]+\])$/i.test(value)
  ) {
    fail(option, 'a host name, without scheme and port');
  }
  return value.toLowerCase();
}

function readPages(pages: EmulatorPageOptions[]): EmulatorPageOptions[] {
  if (!Array.isArray(pages) || pages.length === 0) {
    fail('pages', 'a list of at least one Page');
  }
  const checked = pages.map((page, i) => {
    checkObject(page, `pages[${i}]`);
    checkKnown(page, ['id', 'name', 'accessToken'], `pages[${i}].`);
    return {
      id: checkId(page.id, `pages[${i}].id`),
      name: checkText(page.name, `pages[${i}].name`),
      accessToken: checkText(page.accessToken, `pages[${i}].accessToken`),
    };
  });
  if (new Set(checked.map((page) => page.id)).size < checked.length) {
    fail('pages', 'Pages with different IDs');
  }
  if (new Set(checked.map((page) => page.accessToken)).size < checked.length) {
    fail('pages', 'Pages with different access tokens');
  }
  return checked;
}
