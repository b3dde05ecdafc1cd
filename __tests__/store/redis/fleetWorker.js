// One process of a fleet, with the built package in it, that tests kill and stop.
// It handles the events that it is sent as messages, and answers each with how it went.
// All of Bottender, with every channel and server, takes three times as long to load.
const {
  default: MessengerBot,
} = require('bottender/dist/messenger/MessengerBot');
const assert = require('node:assert');

const { openClient } = require('../../support/redisClients');

const job = JSON.parse(process.argv[2]);
const { personas } = require('bottender-persona');
const { redisStore } = require('bottender-persona/redis');

/** What comes after the end is of no use to anybody. */
const tell = (message) => process.connected && process.send(message);

const { client, close } = openClient(
  job.client ?? 'redis',
  job.target ?? { url: job.redisUrl },
);

const store = redisStore(client, { prefix: job.prefix });

/** How long each answer of the store takes. */
let lagMs = 0;
const { run } = store.runner;
store.runner.run = async (...given) => {
  if (lagMs > 0) await new Promise((resolve) => setTimeout(resolve, lagMs));
  return run(...given);
};

/** How far the machine's clock was set. */
let clockMs = 0;
const now = Date.now.bind(Date);
Date.now = () => now() + clockMs;

const plugin = personas({
  store,
  directory: job.directory,
  ephemeral: job.ephemeral,
  onCleanupError: (error, persona) =>
    tell({ told: error.name, persona: persona?.name ?? null }),
  onRefused: (error) => tell({ refused: error.reason }),
});

const face = (name) => ({
  name,
  profilePictureUrl: `https://example.com/${encodeURIComponent(name.toWellFormed())}.png`,
});

/** `name adam` speaks as the directory's adam, `fly Guest` as one made for the handler. */
async function Answer(context) {
  const [how, who] = context.event.text.split(' ');
  const say = () => context.sendText(context.event.text);
  if (how === 'name') return void (await context.withPersona(who, say));
  const speaking = context.withEphemeralPersona(face(who), say);
  // Half of an emoji is refused before anything is sent.
  if (who.isWellFormed()) await speaking;
  else await assert.rejects(speaking, { name: 'InvalidProfileError' });
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
  lagMs = message.lagMs ?? lagMs;
  clockMs = message.clockMs ?? clockMs;
  if (message.close) {
    void plugin.close(message.close).then(() => {
      close();
      process.disconnect();
    });
  }
});
// The test itself was killed.
process.on('disconnect', () => process.exit());
tell({ ready: true });
