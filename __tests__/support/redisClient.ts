import { createClient } from 'redis';

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

export type Client = Awaited<ReturnType<typeof connect>>;
