import { setTimeout as sleep } from 'node:timers/promises';

import {
  personaClients,
  type PersonaClientsOptions,
} from 'bottender-persona/client';
import { redisStore } from 'bottender-persona/redis';

import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';
import { openConversations } from '../../src/store/open';
import { startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';
import { CUSTOMER, PAGE } from '../support/pages';
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../support/redis';
import { connect, type Client } from '../support/redisClient';
import { MapStore } from '../support/stores';
import { SPEAKERS } from './speakerProcess';
import { StoreProxy } from './storeProxy';

beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** What may be wrong between a process and its store. */
interface Network {
  isAway?: boolean;
  /** Keys that cannot be written. */
  refuses?: RegExp;
  /** Called before a value is read. */
  before?: (() => Promise<unknown>) | undefined;
}

/** A store behind a network, which says when it has answered. */
function behind(
  store: KeyvLike,
  network: Network,
  onAnswer = () => {},
): KeyvLike {
  const pass = async <T>(run: () => Promise<T>, written = ''): Promise<T> => {
    if (network.isAway || network.refuses?.test(written)) {
      throw new Error('away');
    }
    const value = await run();
    onAnswer();
    return value;
  };
  return {
    get: (key) =>
      pass(async () => {
        await network.before?.();
        return store.get(key);
      }),
    set: (key, value) => pass(() => store.set(key, value), key),
    delete: (key) => pass(() => store.delete(key), key),
  };
}

/**
 * A Page, and what it has sent.
 *
 * @param answered called before a message is answered
 */
async function startPage(answered: (text: string) => unknown = () => {}) {
  const sent: string[] = [];
  const { client } = await startFakeGraph(async ({ path, body }) => {
    if (path === '/me') return { body: { id: PAGE.id, name: PAGE.name } };
    if (path !== '/me/messages') return { body: { data: [] } };
    const { message } = JSON.parse(body) as { message: { text: string } };
    sent.push(message.text);
    await answered(message.text);
    return { body: { recipient_id: CUSTOMER, message_id: 'm_1' } };
  });
  const start = (store: PersonaClientsOptions['store']) => {
    const personas = personaClients({
      store,
      directory: SPEAKERS,
      disclosure: { message: ({ moment }) => `[${moment}]` },
      onCleanupError: () => {},
    });
    const speakers = personas.client(client);
    const say = (name: keyof typeof SPEAKERS, text: string) =>
      speakers.as(name).sendText(CUSTOMER, text);
    const record = () =>
      personas.conversations.record(client, CUSTOMER, 'human');
    return { say, record };
  };
  return { sent, start };
}

test('a process whose store comes back forgets what it knew alone', async () => {
  const { sent, start } = await startPage();
  const shared = new MapStore();
  const network: Network = {};
  let answered = () => {};
  const one = start(behind(shared, network, () => answered()));
  const two = start(shared);
  await one.say('max', '1');
  network.isAway = true;
  await one.say('max', '2');
  network.isAway = false;
  await new Promise<void>((resolve, reject) => {
    answered = resolve;
    setTimeout(
      () => reject(new Error('The store was not asked')),
      5000,
    ).unref();
  });
  await two.say('adam', '3');
  network.isAway = true;
  await one.say('max', '4');
  expect(sent).toEqual(['[start]', '1', '[start]', '2', '3', '[start]', '4']);
});

test('a person who speaks while another process discloses is followed by a disclosure', async () => {
  const disclosing = gate();
  const spoken = gate();
  const { sent, start } = await startPage((text) => {
    if (text !== '[start]') return undefined;
    disclosing.open();
    return spoken.opened;
  });
  const shared = new MapStore();
  const one = start(shared);
  const two = start(shared);
  const first = one.say('max', '1');
  await disclosing.opened;
  await two.say('adam', '2');
  spoken.open();
  await first;
  await two.say('max', '3');
  expect(sent).toEqual(['[start]', '2', '1', '[handback]', '3']);
});

test('a person whom the store could not record during another message is not forgotten', async () => {
  const { sent, start } = await startPage();
  const network: Network = {};
  const one = start(behind(new MapStore(), network));
  await one.say('max', '1');
  const reading = gate();
  const recorded = gate();
  network.refuses = /:human$/;
  network.before = () => {
    reading.open();
    return recorded.opened;
  };
  const second = one.say('max', '2');
  await reading.opened;
  await one.record();
  recorded.open();
  await second;
  Object.assign(network, { before: undefined, refuses: undefined });
  await one.say('max', '3');
  expect(sent).toEqual(['[start]', '1', '2', '[handback]', '3']);
});

describeWithRedis('on Redis', () => {
  let redis: RedisServer;
  let proxy: StoreProxy;
  let direct: Client;
  let cut: Client;
  beforeEach(async () => {
    redis = await startRedis();
    proxy = await StoreProxy.start(redis.port);
    direct = await connect(redis.url);
    cut = await connect(proxy.url);
  });
  afterEach(async () => {
    direct.destroy();
    cut.destroy();
    proxy.close();
    await redis.close();
  });

  test('what a process decided alone does not replace what others have recorded since', async () => {
    const { sent, start } = await startPage();
    const one = start(redisStore(cut));
    const two = start(redisStore(direct));
    await two.say('max', '1');
    proxy.pause();
    await one.say('max', '2');
    await two.say('adam', '3');
    proxy.resume();
    // What had hung is done before this.
    await cut.ping();
    await two.say('max', '4');
    expect(sent).toEqual([
      ...['[start]', '1', '[start]', '2', '3', '[handback]', '4'],
    ]);
  });

  test('messages that wait for a process that was killed disclose in its place', async () => {
    const { sent, start } = await startPage();
    const one = start(redisStore(cut));
    await one.say('adam', '1');
    const [key = ''] = proxy.keys;
    // They take their turns before that process makes its claim.
    proxy.pause();
    const waiting = [one.say('max', '2'), one.say('max', '3')];
    await sleep(300);
    const killed = openConversations(redisStore(direct), 60_000, () => {});
    const message = { kind: 'bot', claimant: 'killed' } as const;
    await killed.begin(key, { ...message, isAfterHuman: false });
    proxy.resume();
    await Promise.all(waiting);
    expect(sent).toEqual(['1', '[handback]', '2', '3']);
    // A claim lasts for ten seconds of Redis, longer than mutation testing allows a test.
  }, 30_000);
});
