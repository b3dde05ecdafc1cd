import { once } from 'node:events';

import { MessengerBot, type MessengerContext } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';
import Redis, { Cluster } from 'ioredis';
import { createClient } from 'redis';

/** The first argument of the process, as JSON. */
export interface FleetJob {
  readonly origin: string;
  readonly redis:
    | { readonly client: 'node-redis' | 'ioredis'; readonly url: string }
    | {
        readonly client: 'ioredis';
        readonly cluster: { host: string; port: number }[];
      };
  /** Whether each conversation begins with a disclosure. */
  readonly discloses: boolean;
  readonly lingerMs: number;
  readonly appId: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly accessToken: string;
  readonly pageId: string;
}

/** A process of the fleet: handles each event that it is sent, then reports that it is done. */
async function main(job: FleetJob): Promise<void> {
  const { client, close } = await connect(job.redis);
  const plugin = personas({
    store: redisStore(client),
    ephemeral: { lingerMs: job.lingerMs },
    ...(job.discloses && { disclosure: { message: () => 'I am a bot.' } }),
  });
  const { origin, appId, appSecret, verifyToken, accessToken } = job;
  const bot = new MessengerBot({
    ...{ origin, appId, appSecret, verifyToken, accessToken },
    sync: true,
  } as ConstructorParameters<typeof MessengerBot>[0]);
  bot.use((context) => void plugin(context));
  bot.onEvent(async (context: MessengerContext) => {
    const name = String(context.event.text);
    const profilePictureUrl = `https://example.com/${name}.png`;
    await (context as PersonaContext).withEphemeralPersona(
      { name, profilePictureUrl },
      () => context.sendText('hi'),
    );
  });
  const handle = bot.createRequestHandler();
  process.on('message', (message: { psid?: string; text?: string }) => {
    const { psid, text } = message;
    if (psid === undefined) {
      void plugin.close().then(() => {
        close();
        process.disconnect();
      });
      return;
    }
    const event = {
      sender: { id: psid },
      recipient: { id: job.pageId },
      message: { mid: `m_${psid}_${Math.random()}`, text },
    };
    const entry = [{ id: job.pageId, messaging: [event] }];
    void answered({ object: 'page', entry });
  });
  const answered = async (body: object) => {
    await handle(body as Parameters<typeof handle>[0]);
    process.send?.('done');
  };
  process.send?.('ready');
}

async function connect(redis: FleetJob['redis']) {
  if (redis.client === 'node-redis') {
    const client = createClient({ url: redis.url });
    await client.connect();
    return { client, close: () => client.destroy() };
  }
  const client =
    'cluster' in redis ? new Cluster(redis.cluster) : new Redis(redis.url);
  await once(client, 'ready');
  return { client, close: () => client.disconnect() };
}

void main(JSON.parse(process.argv[2] ?? '{}') as FleetJob);
