import http from 'node:http';
import type { AddressInfo } from 'node:net';

interface MessagingEvent {
  sender: { id: string };
  message?: { text?: string; quick_reply?: { payload: string } };
  postback?: { title: string; payload: string };
}

/** What a bot of the tests does with what a customer has said. */
export type Answer = (event: MessagingEvent, graph: Graph) => Promise<void>;

/** Calls the Graph API with JSON; refusals are given back, not thrown. */
export type Graph = (
  method: 'POST' | 'DELETE',
  path: string,
  body?: object,
) => Promise<{ id?: string }>;

export interface PlainBot {
  readonly webhookUrl: string;
  /** Where the bot serves a picture that can be fetched. */
  readonly pictureUrl: string;
  /** What has come to the webhook, oldest first. */
  readonly events: readonly MessagingEvent[];
  close(): Promise<void>;
}

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

/** A Messenger bot on nothing but `node:http` and `fetch`. */
export async function startPlainBot(
  accessToken: string,
  graphOrigin: () => string,
  answer: Answer,
): Promise<PlainBot> {
  const events: MessagingEvent[] = [];
  const graph: Graph = async (method, path, body) => {
    const response = await fetch(`${graphOrigin()}/v23.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    return (await response.json()) as { id?: string };
  };

  const server = http.createServer((request, response) => {
    if (request.url === '/picture.png') {
      response.setHeader('content-type', 'image/png').end(PICTURE);
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    readJson(request)
      .then(async (body) => {
        const { entry } = body as { entry: { messaging: MessagingEvent[] }[] };
        for (const event of entry.flatMap(({ messaging }) => messaging)) {
          events.push(event);
          await answer(event, graph);
        }
        response.end('EVENT_RECEIVED');
      })
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    webhookUrl: `${origin}/webhook`,
    pictureUrl: `${origin}/picture.png`,
    events,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
