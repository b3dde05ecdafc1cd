import type { IncomingHttpHeaders } from 'node:http';

import { getProperty, textIn } from '../../util/values';
import { errorMessage } from '../commandErrors';
import { hide } from '../output';

import { CannotRun, failed, ok, once, type Finding } from './check';
import { httpCall, type HttpResponse } from './httpCall';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** What a platform answered. */
export interface PlatformAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; `undefined` where it is no JSON. */
  readonly body: unknown;
}

/** The API of a channel other than Messenger. */
export interface PlatformApi {
  readonly title: string;
  readonly origin: string;
  /** The settings that a bot needs, and which are secrets. */
  readonly settings: readonly string[];
  /** The call that says whose token it is. */
  readonly account: readonly [method: 'GET' | 'POST', path: string];
  readonly headers: (accessToken: string) => Record<string, string>;
  /** The name of the account; `undefined` where the token is refused. */
  readonly nameIn: (answer: PlatformAnswer) => string | undefined;
  /** The property of an answer that says why it is refused. */
  readonly reason: string;
  /** What to do about a token that is refused. */
  readonly advice: string;
}

/** A channel other than Messenger, with the settings of the config. */
export class Platform {
  constructor(
    private readonly api: PlatformApi,
    private readonly channel: object,
  ) {
    for (const name of ['accessToken', ...api.settings]) hide(this.text(name));
  }

  /** Asks whose token it is. */
  private readonly asked = once((): Promise<PlatformAnswer> =>
    this.ask(...this.api.account),
  );

  /** The credentials are there, and the platform takes the token. */
  async checkCredentials(): Promise<Finding> {
    const { title, settings, nameIn, reason, advice } = this.api;
    if (typeof getProperty(this.channel, 'getConfig') === 'function') {
      throw new CannotRun('the bot asks its own code for the credentials');
    }
    const missing = settings.find((name) => this.text(name) === undefined);
    if (missing !== undefined) {
      return failed(
        `The config has no \`${missing}\` for ${title}.`,
        'Set it in .env, and read it in the config as process.env.NAME.',
      );
    }
    const answer = await this.asked();
    const name = nameIn(answer);
    if (name !== undefined) return ok(`the token is that of "${name}"`);
    const why = textIn(answer.body, reason) || `HTTP ${answer.status}`;
    return failed(`${title} does not take the access token: ${why}`, advice);
  }

  /** The answer that says whose token it is, for checks that need a valid one. */
  async account(): Promise<PlatformAnswer> {
    const answer =
      this.text('accessToken') === undefined ? undefined : await this.asked();
    if (answer && this.api.nameIn(answer) !== undefined) return answer;
    throw new CannotRun('it needs a valid access token');
  }

  /** @throws CannotRun if there is no answer, or none about what was asked */
  async ask(
    method: 'GET' | 'POST',
    path: string,
    content: object = {},
  ): Promise<PlatformAnswer> {
    const { title, origin, headers } = this.api;
    const url = new URL(path, this.text('origin') ?? origin);
    let answer: HttpResponse;
    try {
      answer = await httpCall(url, {
        method,
        headers: {
          ...headers(this.text('accessToken') ?? ''),
          'content-type': 'application/json',
        },
        body: method === 'POST' ? JSON.stringify(content) : undefined,
        maxBytes: MAX_ANSWER_BYTES,
      });
    } catch (error) {
      throw new CannotRun(
        `${title} could not be reached: ${errorMessage(error)}`,
      );
    }
    const { status } = answer;
    if (status === 429 || status >= 500) {
      throw new CannotRun(`${title} does not answer now: HTTP ${status}`);
    }
    return { ...answer, body: parsed(answer.body.toString()) };
  }

  private text(name: string): string | undefined {
    const client = getProperty(this.channel, 'client');
    return textIn(this.channel, name) || textIn(client, name) || undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
