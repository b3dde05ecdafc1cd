// One process of speakerProcess.ts: a bot without Bottender that sends what it is told, until it is killed.
const { AsyncLocalStorage } = require('node:async_hooks');

const { default: KeyvRedis } = require('@keyv/redis');
const { Keyv } = require('keyv');
const { MessengerClient } = require('messaging-api-messenger');

const { openClient } = require('../support/redisClients');

const job = JSON.parse(process.argv[2]);
const { personaClients } = require('bottender-persona/client');
const { redisStore } = require('bottender-persona/redis');

/** A handler gives its store a second, and after it was slow a tenth of one. */
const IN_TIME_MS = 90;
const RECONNECT_MS = 50;

/** The message that is being sent: its ID, and its calls of the store. */
const current = new AsyncLocalStorage();

/** Keyv reports its failures by events. */
let errors = 0;

/**
 * Notes whether the store answers the calls of each message, and in time.
 *
 * @param decides whether a call asks what is due before the message
 */
function watch(client, names, decides) {
  for (const name of names) {
    const method = client[name].bind(client);
    client[name] = async (...args) => {
      const call = {
        isDecision: decides(name, args),
        isAnswered: false,
        isInTime: false,
      };
      current.getStore()?.calls.push(call);
      const [begunAt, before] = [performance.now(), errors];
      const answer = await method(...args);
      const ms = performance.now() - begunAt;
      call.isAnswered = errors === before;
      call.isInTime = call.isAnswered && ms < IN_TIME_MS;
      return answer;
    };
  }
}

function openStore() {
  if (job.store === 'redis') {
    const { client, connected } = openClient('redis', { url: job.url });
    watch(
      client,
      ['evalSha', 'eval'],
      (
        _,
        [
          ,
          {
            arguments: [given],
          },
        ],
      ) => given.includes('"step":"begin"'),
    );
    return { store: redisStore(client), connected };
  }
  if (job.store === 'keyv') {
    const adapter = new KeyvRedis(
      { url: job.url, socket: { reconnectStrategy: () => RECONNECT_MS } },
      { throwOnConnectError: false },
    );
    const keyv = new Keyv(adapter);
    keyv.on('error', () => {
      errors += 1;
    });
    const isPerson = (key) => key.endsWith(':human');
    watch(
      keyv,
      ['get', 'set'],
      (name, [key]) => name === 'get' || isPerson(key),
    );
    return { store: keyv, connected: keyv.get('x') };
  }
  return { store: undefined };
}

const { store, connected } = openStore();
const personas = personaClients({
  ...(store && { store }),
  directory: job.directory,
  disclosure: {
    lapseMs: job.lapseMs,
    message: ({ moment }) => `[${moment}] ${current.getStore().id}`,
  },
  onCleanupError: () => {},
});
const client = personas.client(
  new MessengerClient({ accessToken: job.accessToken, origin: job.origin }),
);

async function send({ id, psid, name }) {
  const calls = [];
  let error;
  try {
    await current.run({ id, calls }, () =>
      client.as(name).sendText(psid, `${id}`),
    );
  } catch (failure) {
    error = failure.message;
  }
  if (process.connected) process.send({ done: id, calls, error });
}

process.on('message', ({ id, psid, name, idleMs }) => {
  if (idleMs === undefined) void send({ id, psid, name });
  else setTimeout(() => process.send({ done: id, calls: [] }), idleMs);
});
// The test itself was killed.
process.on('disconnect', () => process.exit());
void Promise.resolve(connected).then(() => process.send({ ready: true }));
