import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlainAppOptions {
  graphOrigin: string;
  appId: string;
  appSecret: string;
  pageId: string;
  pageToken: string;
  verifyToken: string;
}

interface MessagingEvent {
  sender?: { id: string };
  message?: { text?: string; is_echo?: boolean };
  postback?: { payload: string };
}

/**
 * A Messenger app as Meta's pages tell one to write it, on nothing but
 * `node:http`: it subscribes itself, checks signatures, and has a persona that
 * answers. It knows nothing of the emulator.
 */
export class PlainMessengerApp {
  readonly #server = http.createServer((request, response) => {
    this.#receive(request, response);
  });
  #personaId = '';

  constructor(private readonly options: PlainAppOptions) {}

  /** Listens, and sets everything up at Messenger. */
  async start(): Promise<void> {
    const server = this.#server;
    await new Promise<void>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve()),
    );
    const { port } = server.address() as AddressInfo;
    const { appId, appSecret, pageId, verifyToken } = this.options;
    await this.#call(`/${appId}/subscriptions`, {
      object: 'page',
      callback_url: `http://127.0.0.1:${port}/webhook`,
      fields: 'messages,messaging_postbacks',
      verify_token: verifyToken,
      access_token: `${appId}|${appSecret}`,
    });
    await this.#call(`/${pageId}/subscribed_apps`, {
      subscribed_fields: 'messages,messaging_postbacks',
    });
    await this.#call('/me/messenger_profile', {
      get_started: JSON.stringify({ payload: 'START' }),
    });
    const persona = await this.#call(`/${pageId}/personas`, {
      name: 'Eve',
      profile_picture_url: 'https://pictures.test/eve.png',
    });
    this.#personaId = persona.id ?? '';
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname, searchParams } = new URL(
      request.url ?? '/',
      'http://app',
    );
    if (pathname !== '/webhook') {
      response.writeHead(404).end();
    } else if (request.method === 'GET') {
      const isMeta =
        searchParams.get('hub.mode') === 'subscribe' &&
        searchParams.get('hub.verify_token') === this.options.verifyToken;
      response
        .writeHead(isMeta ? 200 : 403)
        .end(isMeta ? searchParams.get('hub.challenge') : '');
    } else {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void this.#handle(Buffer.concat(chunks), request, response);
      });
    }
  }

  async #handle(
    body: Buffer,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const signature = `sha256=${createHmac('sha256', this.options.appSecret).update(body).digest('hex')}`;
    const sent = String(request.headers['x-hub-signature-256']);
    if (
      sent.length !== signature.length ||
      !timingSafeEqual(Buffer.from(sent), Buffer.from(signature))
    ) {
      response.writeHead(403).end();
      return;
    }
    const { entry } = JSON.parse(body.toString('utf8')) as {
      entry: { messaging: MessagingEvent[] }[];
    };
    for (const { messaging } of entry) {
      for (const event of messaging) await this.#answer(event);
    }
    response.end('EVENT_RECEIVED');
  }

  async #answer({ sender, message, postback }: MessagingEvent): Promise<void> {
    if (!sender) return;
    const recipient = JSON.stringify({ id: sender.id });
    const persona_id = this.#personaId;
    if (postback) {
      await this.#call('/me/messages', {
        recipient,
        message: JSON.stringify({ text: `Welcome (${postback.payload})` }),
      });
      return;
    }
    await this.#call('/me/messages', {
      recipient,
      sender_action: 'typing_on',
      persona_id,
    });
    await this.#call('/me/messages', {
      recipient,
      messaging_type: 'RESPONSE',
      message: JSON.stringify({ text: `You said: ${message?.text}` }),
      persona_id,
    });
  }

  /** Form-encoded, as in the examples of Meta's pages. */
  async #call(
    path: string,
    fields: Record<string, string>,
  ): Promise<{ id?: string }> {
    const { graphOrigin, pageToken } = this.options;
    const response = await fetch(`${graphOrigin}/v23.0${path}`, {
      method: 'POST',
      body: new URLSearchParams({ access_token: pageToken, ...fields }),
    });
    const answer = (await response.json()) as {
      id?: string;
      error?: { message: string };
    };
    if (answer.error) throw new Error(answer.error.message);
    return answer;
  }
}
