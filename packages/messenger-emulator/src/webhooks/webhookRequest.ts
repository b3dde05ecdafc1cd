import { createHmac } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Json } from '../values/json';
import { withoutSecrets } from '../values/urls';

/** Longer than Meta's timeout, for developers at a breakpoint. */
const ANSWER_TIMEOUT_MS = 60_000;
const ANSWER_LIMIT = 64 * 1024;

export interface WebhookAnswer {
  status: number;
  text: string;
}

/**
 * Delivers one webhook body, escaped and signed like Messenger:
 * docs/messenger-facts.md#webhook-signature
 *
 * @see
 *   https://developers.facebook.com/docs/messenger-platform/webhooks#validate-payloads
 * @throws {Error} if the bot cannot be reached or does not answer.
 */
export function deliver(
  url: string,
  body: Json,
  appSecret: string,
  closing: AbortSignal,
): Promise<WebhookAnswer> {
  const text = escape(JSON.stringify(body));
  const sign = (algorithm: string) =>
    createHmac(algorithm, appSecret).update(text).digest('hex');
  return send(url, 'POST', text, closing, {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    'X-Hub-Signature': `sha1=${sign('sha1')}`,
    'X-Hub-Signature-256': `sha256=${sign('sha256')}`,
  });
}

/**
 * The escapes of Meta's JSON encoder. Bots that check the signature of
 * re-encoded JSON fail because of them.
 */
const ESCAPED: Record<string, string> = {
  '/': '\\/',
  '<': '\\u003C',
  '%': '\\u0025',
  '@': '\\u0040',
};

function escape(json: string): string {
  return json.replace(
    /[/<%@\u0080-\uffff]/g,
    (unit) =>
      ESCAPED[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Sends one request to the bot's webhook, over a new connection. */
export function send(
  url: string,
  method: 'GET' | 'POST',
  body: string,
  closing: AbortSignal,
  headers: Record<string, string> = {},
): Promise<WebhookAnswer> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(
        new Error(
          `Messenger emulator: the webhook ${withoutSecrets(url)} could not be reached: ${
            closing.aborted
              ? 'the emulator was closed'
              : `${error.message}. Does the bot run there?`
          }`,
        ),
      );
    const client = url.startsWith('https:') ? https : http;
    const request = client.request(
      url,
      { method, headers, agent: false, signal: closing },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= ANSWER_LIMIT) chunks.push(chunk);
        });
        response.on('error', failed);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.setTimeout(ANSWER_TIMEOUT_MS, () =>
      request.destroy(
        new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} seconds`),
      ),
    );
    request.on('error', failed);
    request.end(body);
  });
}
