import { createClient } from 'redis';
import { createClient as createClient6 } from 'redis6';

/** A connected client, as a bot has one, and what ends it. */
export async function connect(url: string) {
  const client = createClient({
    url,
    socket: { reconnectStrategy: () => 50 },
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** The same of the next version. */
export async function connect6(url: string) {
  const client = createClient6({
    url,
    socket: { reconnectStrategy: () => 50 },
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export type Client6 = Awaited<ReturnType<typeof connect6>>;

export type Client = Awaited<ReturnType<typeof connect>>;
