import http from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  startMessengerEmulator,
  type GraphErrorObject,
  type JsonObject,
  type MessengerEmulator,
  type MessengerEmulatorOptions,
} from 'messenger-emulator';

import { patient } from './patience';

export const APP = { appId: '1200000000000001', appSecret: 'app-secret' };
export const PAGE = {
  id: '1300000000000001',
  name: 'Shop',
  accessToken: 'page-token',
};
export const OTHER_PAGE = {
  id: '1300000000000002',
  name: 'Bakery',
  accessToken: 'other-page-token',
};
export const PSID = '1400000000000001';
export const PERSONA = {
  name: 'Adam Z.',
  profile_picture_url: 'https://pictures.test/adam.png',
};

/** What came to the webhook. */
export interface Delivery {
  headers: IncomingHttpHeaders;
  text: string;
  body: { object: string; entry: Record<string, unknown>[] };
  /** The only event or change in it. */
  event: JsonObject;
}

export interface GraphResponse {
  status: number;
  body: JsonObject & { error?: GraphErrorObject; id?: string };
}

/** An emulator with two Pages, and a webhook that writes down what it is sent. */
export interface Emulated {
  emulator: MessengerEmulator;
  deliveries: Delivery[];
  webhookUrl: string;
  /** A JSON call with the Page's token; `path` may have a query. */
  graph: (
    method: string,
    path: string,
    body?: object,
    token?: string,
  ) => Promise<GraphResponse>;
  /** Creates a persona of the Page and gives its ID. */
  persona(name?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startEmulated(
  options: Partial<MessengerEmulatorOptions> = {},
): Promise<Emulated> {
  const deliveries: Delivery[] = [];
  const webhook = http.createServer((request, response) => {
    if (request.method === 'GET') {
      const { searchParams } = new URL(request.url ?? '', 'http://webhook');
      response.end(searchParams.get('hub.challenge'));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body = JSON.parse(text) as Delivery['body'];
      const [entry = {}] = body.entry;
      const [event] = (entry.messaging ??
        entry.standby ??
        entry.changes) as JsonObject[];
      deliveries.push({
        headers: request.headers,
        text,
        body,
        event: event ?? {},
      });
      response.end('EVENT_RECEIVED');
    });
  });
  await new Promise<void>((resolve) =>
    webhook.listen(0, '127.0.0.1', () => resolve()),
  );
  const { port } = webhook.address() as AddressInfo;
  const webhookUrl = `http://127.0.0.1:${port}/webhook`;
  const emulator = patient(
    await startMessengerEmulator({
      ...APP,
      webhookUrl,
      pages: [PAGE, OTHER_PAGE],
      ...options,
    }),
  );

  const graph: Emulated['graph'] = async (
    method,
    path,
    body,
    token = PAGE.accessToken,
  ) => {
    const response = await fetch(emulator.origin + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
    const { status } = response;
    return { status, body: (await response.json()) as GraphResponse['body'] };
  };

  return {
    emulator,
    deliveries,
    webhookUrl,
    graph,
    persona: async (name = PERSONA.name) => {
      const body = { ...PERSONA, name };
      const answer = await graph('POST', '/me/personas', body);
      return answer.body.id ?? '';
    },
    close: async () => {
      await emulator.close();
      webhook.closeAllConnections();
      await new Promise((resolve) => webhook.close(resolve));
    },
  };
}

/** What a refusal is, without its texts. */
export function refusal({ status, body }: GraphResponse): {
  status: number;
  code?: number;
  subcode?: number;
} {
  const { code, error_subcode: subcode } = body.error ?? {};
  return { status, code, ...(subcode === undefined ? {} : { subcode }) };
}
