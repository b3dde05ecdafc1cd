import { text } from 'node:stream/consumers';

import { MessengerClient } from 'bottender';

import { listenOnLoopback } from './loopback';

/** What comes back for one call. */
export interface Answer {
  status?: number;
  /** Is sent as JSON. */
  body: unknown;
  /** When it comes; left out, at once. */
  when?: Promise<void>;
}

/** A Messenger that answers whatever a test has it say, as something that stands between may. */
export interface Answers {
  readonly client: MessengerClient;
  readonly page: { readonly id: string; readonly client: MessengerClient };
  /** The calls so far: method, path and query. */
  readonly calls: string[];
  /** Their bodies. */
  readonly bodies: string[];
}

/** Starts one that gives these answers in turn, the last for ever. */
export async function answering(
  answers: Answer[],
  accessToken = 'TOKEN',
): Promise<Answers> {
  const calls: string[] = [];
  const bodies: string[] = [];
  const { origin } = await listenOnLoopback((request, response) => {
    const {
      status = 200,
      body,
      when,
    } = answers[calls.length] ?? answers.at(-1) ?? { body: {} };
    calls.push(`${request.method} ${request.url}`);
    void Promise.all([text(request), when]).then(([received]) => {
      bodies.push(received);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  const client = new MessengerClient({ accessToken, origin });
  return { client, page: { id: '1', client }, calls, bodies };
}
