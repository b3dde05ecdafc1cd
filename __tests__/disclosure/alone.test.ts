import { setTimeout as sleep } from 'node:timers/promises';

import {
  personaClients,
  PersonaStoreError,
  type PersonaClientsOptions,
} from 'bottender-persona/client';
import { redisStore } from 'bottender-persona/redis';

import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';
import { openConversations } from '../../src/store/open';
import { advanceTime } from '../support/clock';
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
  /** Called when something has failed. */
  onFailure?: () => void;
}

/** A store behind a network, which says when it has answered. */
function behind(
  store: KeyvLike,
  network: Network,
  onAnswer = () => {},
): KeyvLike {
  const pass = async <T>(run: () => Promise<T>, written = ''): Promise<T> => {
    if (network.isAway || network.refuses?.test(written)) {
      network.onFailure?.();
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
    const reported: Error[] = [];
    const personas = personaClients({
      store,
      directory: SPEAKERS,
      disclosure: { message: ({ moment }) => `[${moment}]` },
      onCleanupError: (error) => reported.push(error),
    });
    const speakers = personas.client(client);
    const say = (name: keyof typeof SPEAKERS, text: string) =>
      speakers.as(name).sendText(CUSTOMER, text);
    const record = () =>
      personas.conversations.record(client, CUSTOMER, 'human');
    const forget = () => personas.conversations.forget(client, CUSTOMER);
    return { say, record, forget, reported };
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
  // No person has spoken meanwhile.
  await two.say('max', '3');
  await two.say('adam', '4');
  network.isAway = true;
  await one.say('max', '5');
  expect(sent).toEqual([
    ...['[start]', '1', '[start]', '2', '3', '4', '[start]', '5'],
  ]);
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

test('a message does not wait for the answer to the one before it', async () => {
  const answered = gate();
  const { sent, start } = await startPage((text) =>
    text === '1' ? answered.opened : undefined,
  );
  const one = start(new MapStore());
  const first = one.say('max', '1');
  await one.say('max', '2');
  expect(sent).toEqual(['[start]', '1', '2']);
  answered.open();
  await first;
});

test('a process whose store is away discloses once, and says once that it decides alone', async () => {
  const { sent, start } = await startPage();
  const network: Network = {};
  const one = start(behind(new MapStore(), network));
  await one.say('max', '1');
  network.isAway = true;
  await one.say('max', '2');
  await one.say('max', '3');
  await one.say('adam', '4');
  await one.say('max', '5');
  await one.record();
  await one.say('max', '6');
  expect(sent).toEqual([
    ...['[start]', '1', '[start]', '2', '3', '4', '[handback]', '5'],
    ...['[handback]', '6'],
  ]);
  const isAway = () =>
    one.reported.filter(({ name }) => name === 'PersonaStoreError').length;
  expect(isAway()).toBe(1);
  await expect(one.forget()).rejects.toThrow(PersonaStoreError);
  network.isAway = false;
  await one.forget();
  await one.say('max', '7');
  expect(sent.slice(-2)).toEqual(['[start]', '7']);
  // It has gone away anew, and is not only unsteady.
  network.isAway = true;
  await one.say('max', '8');
  expect(isAway()).toBe(1);
  network.isAway = false;
  advanceTime(60_000);
  await one.say('max', '9');
  network.isAway = true;
  await one.say('max', '10');
  expect(isAway()).toBe(2);
});

test('a person who spoke while the store was away is recorded when it is back, without another message', async () => {
  const { sent, start } = await startPage();
  const shared = new MapStore();
  const network: Network = {};
  const recorded = gate();
  const one = start(
    behind(shared, network, () => {
      if ([...shared.all().keys()].some((key) => key.endsWith(':human'))) {
        recorded.open();
      }
    }),
  );
  const two = start(shared);
  await two.say('max', '1');
  network.isAway = true;
  await one.say('adam', '2');
  await one.say('max', '3');
  // Not at the first try.
  await new Promise<void>((resolve) => (network.onFailure = resolve));
  network.isAway = false;
  await recorded.opened;
  await two.say('max', '4');
  expect(sent).toEqual([
    ...['[start]', '1', '2', '[handback]', '3', '[handback]', '4'],
  ]);
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
    const waiting = [
      one.say('max', '2'),
      one.say('max', '3'),
      one.say('adam', '4'),
      one.say('max', '5'),
    ];
    await sleep(300);
    const killed = openConversations(redisStore(direct), 60_000, () => {});
    const message = { kind: 'bot', claimant: 'killed' } as const;
    await killed.begin(key, { ...message, isAfterHuman: false });
    proxy.resume();
    await Promise.all(waiting);
    await one.say('max', '6');
    expect(sent).toEqual([
      ...['1', '[handback]', '2', '3', '4', '[handback]', '5', '6'],
    ]);
    // A claim lasts for ten seconds of Redis, longer than mutation testing allows a test.
  }, 30_000);
});
