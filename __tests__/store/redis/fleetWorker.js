// One process of a fleet, with the built package in it, that tests kill and stop.
// It handles the events that it is sent as messages, and answers each with how it went.
// All of Bottender, with every channel and server, takes three times as long to load.
const {
  default: MessengerBot,
} = require('bottender/dist/messenger/MessengerBot');
const { createClient } = require('redis');

const job = JSON.parse(process.argv[2]);
const { personas } = require(job.packagePath);
const { redisStore } = require(`${job.packagePath}/redis`);

/** What comes after the end is of no use to anybody. */
const tell = (message) => process.connected && process.send(message);

const client = createClient({
  url: job.redisUrl,
  socket: { reconnectStrategy: () => 100 },
});
client.on('error', () => {});
client.connect().catch(() => {});

const plugin = personas({
  store: redisStore(client),
  directory: job.directory,
  ephemeral: job.ephemeral,
  onCleanupError: (error, persona) =>
    tell({ told: error.name, persona: persona?.name ?? null }),
  onRefused: (error) => tell({ refused: error.reason }),
});

const face = (name) => ({
  name,
  profilePictureUrl: `https://example.com/${encodeURIComponent(name)}.png`,
});

/** `name adam` speaks as the directory's adam, `fly Guest` as one made for the handler. */
async function Answer(context) {
  const [how, who] = context.event.text.split(' ');
  const say = () => context.sendText(context.event.text);
  if (how === 'name') await context.withPersona(who, say);
  else await context.withEphemeralPersona(face(who), say);
}

const bot = new MessengerBot({
  appId: '1',
  appSecret: job.appSecret,
  accessToken: job.accessToken,
  verifyToken: 'VERIFY',
  origin: job.origin,
  sync: true,
});
bot.use(plugin);
bot.onEvent(Answer);
const handle = bot.createRequestHandler();

async function onText({ id, psid, text }) {
  const begun = Date.now();
  const event = {
    sender: { id: psid },
    recipient: { id: job.pageId },
    message: { mid: `m_${id}`, text },
  };
  const messaging = [event];
  try {
    await handle({
      object: 'page',
      entry: [{ id: job.pageId, messaging }],
    });
    tell({ done: id, ms: Date.now() - begun });
  } catch (error) {
    tell({ done: id, ms: Date.now() - begun, error: error.message });
  }
}

process.on('message', (message) => {
  if (message.text) void onText(message);
  if (message.close) {
    void plugin.close(message.close).then(() => {
      client.destroy();
      process.disconnect();
    });
  }
});
tell({ ready: true });
