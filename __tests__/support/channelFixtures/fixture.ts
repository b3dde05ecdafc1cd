import { createHmac } from 'node:crypto';

/** A request that a platform got. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** What a test chooses of a bot. */
export interface BotSettings {
  /** Slack's. */
  readonly accessToken?: string;
  /** LINE's. */
  readonly sendMethod?: 'reply' | 'push';
  readonly shouldBatch?: boolean;
}

/** A customer's "hello", as the platform sends and signs it. */
export interface Webhook {
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** A message as a customer sees it. */
export interface ShownMessage {
  readonly text: string;
  /** `undefined` if the message shows nobody. */
  readonly name?: string | undefined;
  readonly picture?: string | undefined;
}

/** What the suites that run on every channel have to know of one. */
export interface ChannelFixture {
  /** As errors and documents name it. */
  readonly title: string;
  /** Who speaks without a persona; begins a sentence. */
  readonly defaultSender: string;
  /** Whether customers see pictures; otherwise names are in signed texts. */
  readonly hasPictures: boolean;
  /** The platform's answer to a message, as it is documented. */
  readonly success: (request: Recorded) => object;
  /** Bottender's bot, whose client calls this origin. */
  readonly bot: (origin: string, settings: BotSettings) => object;
  readonly webhook: (url: string) => Webhook;
  /** The real client. */
  readonly client: (origin: string) => object;
  /** A call of the client that sends a text. */
  readonly sendsText: readonly [method: string, args: unknown[]];
  /** A `sendText` of a context as it reaches the platform, to the byte. */
  readonly request: (message: ShownMessage) => Recorded;
  /** The messages in the body of a request; one that shows nobody has no name. */
  readonly shown: (body: Recorded['body']) => ShownMessage[];
}

export const TOKEN = 'TOKEN_OF_TESTS';

/** What webhooks are signed with. */
export const SECRET = 'SECRET_OF_TESTS';

export function hmac(algorithm: string, text: string) {
  return createHmac(algorithm, SECRET).update(text);
}
