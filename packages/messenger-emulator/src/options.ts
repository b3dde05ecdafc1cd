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
  /** 0 (a free one) unless told. */
  port?: number;
  /** The address that it listens on: 127.0.0.1 unless told; `0.0.0.0` in a container. */
  host?: string;
  /** Names, besides those of loopback, by which it may be called: `emulator`, say, from another container. */
  allowHosts?: string[];
  /** Where the bot listens; may also be told later, or subscribed to. */
  webhookUrl?: string;
  appId: string;
  /** Signs webhooks and checks `appsecret_proof`. */
  appSecret: string;
  /** What `verifyWebhook` presents to the bot. */
  verifyToken?: string;
  /** At least one. */
  pages: EmulatorPageOptions[];
  /** What is there when it starts, and when it starts over: personas, customers, Messenger profiles. */
  seed?: EmulatorSeed;
  /** PSIDs of customers for whom personas are refused, as they once were in Europe. */
  european?: string[];
  /** Is told each Graph call and each webhook, a line each, without tokens. */
  log?: (line: string) => void;
  /** Whether messages later than 24 hours after what the customer did are refused, as by Messenger; false unless told. */
  messagingWindow?: boolean;
  /** Whether a send is answered only after its echo was delivered, as it may happen; false unless told. */
  echoBeforeAnswer?: boolean;
  /** Whether Messenger's rate limits are kept; false unless told. */
  rateLimits?: boolean;
  /** The time in milliseconds since the epoch; Date.now unless told. `advance` moves it on from there. */
  now?: () => number;
  /** From 0 to 1, decides whether a fault with a `share` hits; Math.random unless told. */
  random?: () => number;
}

/** Checked options with their defaults. */
export interface Settings {
  port: number;
  host: string;
  allowHosts: readonly string[];
  webhookUrl: string | undefined;
  appId: string;
  appSecret: string;
  verifyToken: string | undefined;
  pages: readonly EmulatorPageOptions[];
  /** Checked by the server, which knows what Messenger takes. */
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
      // Whoever lets it listen on an address may call it by that.
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

/** As it stands in a `Host` header, without the port. */
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
