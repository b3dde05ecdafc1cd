import type { IncomingHttpHeaders } from 'node:http';

import { getProperty } from '../../util/getProperty';
import { hide } from '../output';

import { CannotRun, failed, type Finding } from './check';
import { httpCall } from './httpCall';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** What a platform answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; `undefined` where it is no JSON. */
  readonly body: unknown;
}

/** The API of LINE, Slack or Viber, with the credentials of the config. */
export class Platform {
  readonly accessToken: string | undefined;
  private readonly origin: string;

  /** @param channel the channel's settings in the config */
  constructor(
    readonly title: string,
    private readonly channel: object,
    defaultOrigin: string,
    secretName?: string,
  ) {
    this.origin = this.text('origin') ?? defaultOrigin;
    this.accessToken = this.text('accessToken');
    hide(this.accessToken);
    if (secretName) hide(this.text(secretName));
  }

  /**
   * The first of these settings that the config lacks, as a finding.
   *
   * @throws CannotRun
   */
  missing(...names: string[]): Finding | undefined {
    if (typeof getProperty(this.channel, 'getConfig') === 'function') {
      throw new CannotRun('the bot asks its own code for the credentials');
    }
    const name = names.find((each) => this.text(each) === undefined);
    return name === undefined
      ? undefined
      : failed(
          `The config has no \`${name}\` for ${this.title}.`,
          'Set it in .env, and read it in the config as process.env.NAME.',
        );
  }

  /** @throws CannotRun if there is no answer */
  async ask(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<Answer> {
    const url = new URL(path, this.origin);
    const json = body && JSON.stringify(body);
    try {
      const answer = await httpCall(url, {
        method,
        headers: {
          ...headers,
          ...(json && { 'content-type': 'application/json' }),
        },
        body: json,
        maxBytes: MAX_ANSWER_BYTES,
      });
      return { ...answer, body: parsed(answer.body.toString()) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CannotRun(`${this.title} could not be reached: ${reason}`);
    }
  }

  private text(name: string): string | undefined {
    const client = getProperty(this.channel, 'client');
    const value = getProperty(this.channel, name) ?? getProperty(client, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function textOf(answer: unknown, name: string): string {
  const value = getProperty(answer, name);
  return typeof value === 'string' ? value : '';
}
