// A process of its own that runs the compiled package, and that tests may kill. Its first argument
// is its job, as JSON; it reports by messages.
const { appendFileSync } = require('node:fs');

// All of Bottender, with every channel and server, takes three times as long to load.
const {
  default: MessengerBot,
} = require('bottender/dist/messenger/MessengerBot');
const { MessengerClient } = require('messaging-api-messenger');

const job = JSON.parse(process.argv[2]);
const { personas } = require('bottender-persona');

const keyv =
  job.redisUrl &&
  require('@keyv/redis').createKeyv(job.redisUrl, {
    namespace: 'bottender-persona',
  });
const plugin = personas({
  ...(keyv && { store: keyv }),
  ephemeral: job.ephemeral,
  onCleanupError: (error) => process.send?.({ told: error.name }),
  onRefused: (error) => process.send?.({ refused: error.reason }),
});

if (job.forgets) {
  process.on('unhandledRejection', (error) => {
    process.send({ unhandled: error.message });
  });
}

/** The customer's text is the name of the persona that answers. */
async function Answer(context) {
  const name = context.event.text;
  const profilePictureUrl = `https://example.com/${encodeURIComponent(name)}.png`;
  await context.withEphemeralPersona(
    { name, profilePictureUrl },
    async (persona) => {
      // A file, because what was written to it outlives the process.
      if (job.gotFile && persona.id)
        appendFileSync(job.gotFile, `${persona.id}\n`);
      const say = (text) => {
        const sending = context.sendText(text);
        return job.forgets ? undefined : sending;
      };
      await say('one');
      if (job.pauses) await pause();
      await say('two');
    },
  );
}

function pause() {
  return new Promise((resolve) => {
    process.once('message', resolve);
    process.send({ paused: true });
  });
}

function makeBot() {
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
  return bot;
}

const jobs = {
  /** Serves webhooks until it is killed. */
  serve() {
    const { createServer } = require('@bottender/express');
    const path = '/webhooks/messenger';
    const server = createServer(makeBot(), { path });
    const listening = server.listen(0, '127.0.0.1', () => {
      const { port } = listening.address();
      process.send({ webhookUrl: `http://127.0.0.1:${port}${path}` });
    });
  },

  /** Sweeps once, and tells what it found. */
  async sweep() {
    const { accessToken, appSecret, origin } = job;
    const client = new MessengerClient({ accessToken, appSecret, origin });
    process.send({ swept: await plugin.sweep(client) });
    await keyv.disconnect();
  },

  /** Handles one event; then nothing of ours is to keep the process alive. */
  async once() {
    const messaging = [
      {
        sender: { id: job.psid },
        recipient: { id: job.pageId },
        message: { mid: 'm_1', text: 'Adam' },
      },
    ];
    await makeBot().createRequestHandler()({
      object: 'page',
      entry: [{ id: job.pageId, messaging }],
    });
    process.send({ handled: true });
  },
};

void jobs[job.does]();
