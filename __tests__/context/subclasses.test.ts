import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  LineContext,
  MessengerBatch,
  MessengerClient,
  MessengerContext,
  SlackContext,
  ViberContext,
  type MessengerTypes,
} from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';
import PQueue from 'p-queue';

import {
  APP_SECRET,
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  SEND_MODES,
  startBot,
} from '../support/bot';
import { startOn, type Recorded } from '../support/channels';
import { bodies, personaIds, shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };
const SEND = 'POST /me/messages';
type Options = MessengerTypes.SendOption;
type SendText = Parameters<MessengerContext['sendText']>;

/** Without its names in the type, so that any string may be a persona's ID. */
const install = () => personas<string>({ directory: DIRECTORY });

test('a refusal for a recipient whom a method of the bot’s own writes to is not the customer’s', async () => {
  const onRefused = jest.fn();
  class Own extends MessengerContext {
    sendToManager(text: string) {
      return this._client.sendText('2002', text);
    }
  }
  const bot = await startBot({
    plugins: [personas({ directory: DIRECTORY, onRefused })],
    contextClass: Own,
  });
  await bot.say('hello', { psid: '2002' });
  bot.emulator.setEuropean('2002', true);
  await bot.run(async (context) => {
    await context.withPersona('adam', async () => {
      await (context as unknown as Own).sendToManager('one');
      await context.sendText('two');
    });
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator, '2002')).toEqual(['Page: one']);
  expect(shown(bot.emulator, CUSTOMER)).toEqual(['Adam: two']);
  expect(onRefused.mock.calls).toEqual([
    [
      expect.objectContaining({ reason: 'region' }),
      expect.objectContaining({ recipient: '2002', persona: 'adam' }),
    ],
  ]);
});

test('a method of the bot’s own that does not send by its name gets its options as they are', async () => {
  class Own extends MessengerContext {
    async assign(options: { personaId: string }) {
      await nextTurn();
      await this.sendText(`to ${options.personaId}`);
    }
  }
  const bot = await startBot({ plugins: [install()], contextClass: Own });
  await bot.run(async (context) => {
    context.usePersona('adam');
    const assigned = (context as unknown as Own).assign({ personaId: 'eve' });
    context.usePersona(null);
    await assigned;
    await (context as unknown as Own).assign({ personaId: '' });
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Adam: to eve', 'Page: to ']);
});

describe('a client that queues its sends', () => {
  class QueueingClient extends MessengerClient {
    readonly #queue = new PQueue({ concurrency: 1 });

    override sendText(...args: Parameters<MessengerClient['sendText']>) {
      return this.#queue.add(() => super.sendText(...args));
    }
  }

  test('keeps four simultaneous speakers apart, on a context', async () => {
    const bot = await startBot({
      plugins: [install()],
      clientClass: QueueingClient,
    });
    const { Cyd } = await createPersonas(bot.emulator, ['Cyd']);
    await bot.run(async (context) => {
      context.usePersona(Cyd);
      await Promise.all([
        context.as('adam').sendText('1'),
        context.withPersona('eve', () => context.sendText('2')),
        context.sendText('3'),
        context.sendText('4', { personaId: null }),
        context.withEphemeralPersona(profile('Guest'), () =>
          Promise.all([context.sendText('5'), context.typingOn()]),
        ),
      ]);
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator).sort()).toEqual([
      'Adam: 1',
      'Cyd: 3',
      'Eve: 2',
      'Guest: 5',
      'Guest: [typing_on]',
      'Page: 4',
    ]);
  });

  test('keeps four simultaneous speakers apart, with plugin.client', async () => {
    const bot = await startBot();
    await bot.say('hello');
    const { Cyd } = await createPersonas(bot.emulator, ['Cyd']);
    const client = install().client(
      new QueueingClient({
        accessToken: PAGE.accessToken,
        appSecret: APP_SECRET,
        origin: bot.emulator.origin,
      }),
    );
    await Promise.all([
      client.as('adam').sendText(CUSTOMER, '1'),
      client.withPersona('eve', () => client.sendText(CUSTOMER, '2')),
      client.sendText(CUSTOMER, '3', { personaId: Cyd }),
      client.sendText(CUSTOMER, '4'),
    ]);
    expect(shown(bot.emulator).sort()).toEqual([
      'Adam: 1',
      'Cyd: 3',
      'Eve: 2',
      'Page: 4',
    ]);
  });
});

describe.each(SEND_MODES)('a class of contexts, sent %s', (_mode, setup) => {
  /** Greets before its first message, and waits before each. */
  class PoliteContext extends MessengerContext {
    #greeted = false;

    override async sendText(...[text, options]: SendText) {
      await nextTurn();
      if (!this.#greeted) {
        this.#greeted = true;
        await super.sendText('Hello!');
      }
      return super.sendText(text, options);
    }

    /** Ends the conversation as somebody else. */
    async handOver(text: string): Promise<void> {
      await nextTurn();
      (this as unknown as PersonaContext).usePersona('eve');
      await super.sendText(text);
    }
  }

  interface Polite extends PersonaContext {
    handOver(text: string): Promise<void>;
  }
  const start = (plugins = [install()]) =>
    startBot({ ...setup, plugins, contextClass: PoliteContext });

  test('with private fields, and a wait before the send: the speaker is the one at the call', async () => {
    const bot = await start();
    await bot.run(async (context) => {
      context.usePersona('adam');
      const one = context.sendText('one');
      context.usePersona('eve');
      const two = context.sendText('two', { personaId: null });
      context.usePersona(null);
      await Promise.all([one, two]);
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator).sort()).toEqual([
      'Adam: Hello!',
      'Adam: one',
      'Page: two',
    ]);
  });

  test('whose method calls usePersona: that persona speaks from then on, also on the context', async () => {
    const bot = await start();
    await bot.run(async (context) => {
      context.usePersona('adam');
      await (context as Polite).handOver('one');
      expect(context.persona).toBe('eve');
      await context.withPersona('adam', async () => {
        await (context as Polite).handOver('two');
        expect(context.persona).toBe('eve');
      });
      await context.sendMessage({ text: 'three' });
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Eve: one', 'Eve: two', 'Eve: three']);
  });

  test('runs its method once, and gets one refusal', async () => {
    const onRefused = jest.fn();
    const plugin = personas({ directory: DIRECTORY, onRefused });
    const bot = await start([plugin]);
    bot.emulator.setEuropean(CUSTOMER, true);
    await bot.run((context) => context.as('adam').sendText('one') as never);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: Hello!', 'Page: one']);
    expect(onRefused).toHaveBeenCalledTimes(1);
  });
});

describe.each(SEND_MODES)(
  'methods that a later Bottender adds, sent %s',
  (_mode, setup) => {
    class PollClient extends MessengerClient {
      sendPoll(
        recipient: string,
        question: string,
        answers: string[],
        options?: Options,
      ) {
        const text = `${question} ${answers.join(', ')}`;
        return this.sendMessage(recipient, { text }, options);
      }
    }

    class PollContext extends MessengerContext {
      sendPoll(question: string, answers: string[], options?: Options) {
        const { id } = this._session?.user as { id: string };
        if (this._batchQueue) {
          const text = `${question} ${answers.join(', ')}`;
          const sent = this._getSendMethodOptions(options ?? {});
          return this._batchQueue.push(MessengerBatch.sendText(id, text, sent));
        }
        const client = this._client as PollClient;
        return client.sendPoll(id, question, answers, options);
      }
    }

    interface Polling extends PersonaContext {
      sendPoll: PollContext['sendPoll'];
    }

    test('carry personas, whatever their arguments are', async () => {
      const bot = await startBot({
        ...setup,
        plugins: [install()],
        contextClass: PollContext,
        clientClass: PollClient,
      });
      const answers = Object.freeze(['yes', 'no']) as string[];
      await bot.run(async (given) => {
        const context = given as Polling;
        await context.sendPoll('1?', answers);
        context.usePersona('adam');
        await context.sendPoll('2?', answers);
        await context.sendPoll(
          '3?',
          answers,
          Object.freeze({ personaId: 'eve' }),
        );
        const eve = context.as('eve') as unknown as Polling;
        await eve.sendPoll('4?', answers);
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        'Page: 1? yes, no',
        'Adam: 2? yes, no',
        'Eve: 3? yes, no',
        'Eve: 4? yes, no',
      ]);
    });

    test('carry personas with plugin.client, too', async () => {
      const bot = await startBot();
      await bot.say('hello');
      const client = install().client(
        new PollClient({
          accessToken: PAGE.accessToken,
          appSecret: APP_SECRET,
          origin: bot.emulator.origin,
        }),
      );
      await client.withPersona('adam', () =>
        client.sendPoll(CUSTOMER, '1?', ['yes', 'no']),
      );
      expect(shown(bot.emulator)).toEqual(['Adam: 1? yes, no']);
    });
  },
);

/** A client with settings, which a class of contexts reads and changes. */
class FriendlyClient extends MessengerClient {
  readonly settings = { greeting: 'Hello' };
  language = 'en';

  get farewell() {
    return this.language === 'en' ? 'Bye' : 'Tschüss';
  }

  readonly say = (...args: Parameters<MessengerClient['sendText']>) =>
    this.sendText(...args);
}

class FriendlyContext extends MessengerContext {
  get friendly() {
    return this._client as FriendlyClient;
  }

  async greet() {
    const { settings, farewell, constructor } = this.friendly;
    expect(constructor).toBe(FriendlyClient);
    await this.sendText(`${settings.greeting}! ${farewell}!`);
    this.friendly.language = 'de';
    await this.friendly.say(CUSTOMER, `${this.friendly.farewell}!`);
  }
}

test('a class of contexts has accessors, and everything that its client has', async () => {
  const bot = await startBot({
    plugins: [install()],
    contextClass: FriendlyContext,
    clientClass: FriendlyClient,
  });
  await bot.run(async (given) => {
    const context = given as PersonaContext & FriendlyContext;
    await context.withPersona('adam', () => context.greet());
    expect(context.client).toMatchObject({ language: 'de' });
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Adam: Hello! Bye!', 'Page: Tschüss!']);
});

/** Before 1.5, typing indicators took no options. */
class OldContext extends MessengerContext {
  override typingOn() {
    return this.type('typingOn');
  }

  override typingOff() {
    return this.type('typingOff');
  }

  private type(method: 'typingOn' | 'typingOff') {
    const { id } = this._session?.user as { id: string };
    return this._client[method](id);
  }
}

test('typing indicators carry personas even if Bottender passes no options', async () => {
  const bot = await startBot({
    plugins: [install()],
    contextClass: OldContext,
  });
  await bot.run(async (context) => {
    await context.withPersona('adam', async () => {
      await context.typingOn();
      await context.typing(1);
    });
    await context.typingOff({ personaId: 'eve' });
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual([
    'Adam: [typing_on]',
    'Adam: [typing_on]',
    'Adam: [typing_off]',
    'Eve: [typing_off]',
  ]);
});

/** That of Bottender 1.4. */
class OldClient extends MessengerClient {
  readonly _axios = this.axios;

  override sendSenderAction(id: string, senderAction: 'typing_on') {
    return this.sendRawBody({ recipient: { id }, senderAction } as never);
  }

  override typingOn(id: string) {
    return this.sendSenderAction(id, 'typing_on');
  }

  override typingOff(id: string) {
    return this.sendSenderAction(id, 'typing_off' as never);
  }
}

test('typing indicators carry personas even if the client drops their options', async () => {
  const bot = await startBot({ plugins: [install()], clientClass: OldClient });
  await bot.run(async (context) => {
    context.usePersona('adam');
    await context.typingOn();
    await context.sendSenderAction('typing_on');
    await context.typingOff();
    await context.typingOff({ personaId: null });
    context.usePersona(personaIds(bot.emulator, 'Adam')[0] ?? '');
    await context.typingOn();
    await context.markSeen();
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual([
    'Adam: [typing_on]',
    'Adam: [typing_on]',
    'Adam: [typing_off]',
    'Page: [typing_off]',
    'Adam: [typing_on]',
    'Page: [mark_seen]',
  ]);
});

/** With the context's class and its enumerable properties. */
function copyOf<C extends object>(context: C): C {
  const prototype = Object.getPrototypeOf(context) as object;
  return Object.assign(Object.create(prototype) as C, context);
}

describe('a context that is created from another one', () => {
  test('or copied speaks as that one', async () => {
    const bot = await startBot({ plugins: [install()] });
    await bot.run(async (context) => {
      context.usePersona('adam');
      const copy = copyOf(context);
      await copy.sendText('one');
      await copy.as('eve').sendText('two');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: one', 'Eve: two']);
  });

  test.each(['line', 'slack'] as const)(
    'or copied speaks as that one on %s',
    async (channel) => {
      const bot = await startOn(channel, { plugins: [install()] });
      const sent = await bot.run(async (context: PersonaContext) => {
        context.usePersona('adam');
        await copyOf(context).sendText('one');
      });
      expect(bot.errors).toEqual([]);
      const told = sent.map(({ body }) => JSON.stringify(body));
      expect(told).toEqual([expect.stringContaining('Adam')]);
    },
  );

  test('speaks for the Page of its own token, with as() and with its own overrides, too', async () => {
    const bot = await startBot({
      plugins: [install()],
      severalPages: true,
      skipAppSecretProof: true,
    });
    await bot.say('hello', { pageId: OTHER_PAGE.id });
    await bot.run(async (context) => {
      context.usePersona('adam');
      const other = Object.create(context) as typeof context;
      other.useAccessToken(OTHER_PAGE.accessToken);
      await other.sendText('one');
      await other.as('eve').sendText('two');
      other.sendText = async (text, options) => {
        await nextTurn();
        return MessengerContext.prototype.sendText.call(
          other,
          `${text}!`,
          options as Options,
        );
      };
      const sending = [
        other.sendText('three'),
        other.as('eve').sendText('four'),
      ];
      other.usePersona(null);
      await Promise.all(sending);
      await context.sendText('five', { personaId: 'adam' });
      expect(Object.hasOwn(context, 'sendText')).toBe(false);
    });
    expect(bot.errors).toEqual([]);
    const { conversations } = bot.emulator.state();
    const on = ({ id }: { id: string }) =>
      conversations
        .filter(({ pageId }) => pageId === id)
        .flatMap(({ entries }) => entries)
        .filter(({ from }) => from !== 'user')
        .map(({ persona, message }) => `${persona?.name}: ${message?.text}`)
        .sort();
    expect(on(OTHER_PAGE)).toEqual([
      'Adam: one',
      'Adam: three!',
      'Eve: four!',
      'Eve: two',
    ]);
    expect(on(PAGE)).toEqual(['Adam: five']);
  });
});

describe.each(SEND_MODES)('sent %s', (_mode, setup) => {
  test('a read-only client works', async () => {
    const fix = (context: PersonaContext) => {
      for (const name of ['_client', '_batchQueue']) {
        Object.defineProperty(context, name, { writable: false });
      }
    };
    const bot = await startBot({ ...setup, plugins: [fix, install()] });
    await bot.run((context) => context.as('adam').sendText('hi') as never);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('a frozen context works', async () => {
    // Bottender prints that it cannot note in the context that its session was written.
    const printed = jest.spyOn(console, 'error').mockImplementation();
    const freeze = (context: PersonaContext) => void Object.freeze(context);
    const bot = await startBot({ ...setup, plugins: [install(), freeze] });
    await bot.run(async (context) => {
      context.usePersona('adam');
      await context.sendText('one');
      await context.withPersona('eve', () => context.sendText('two'));
      await context.withEphemeralPersona(profile('Guest'), () =>
        context.typing(1),
      );
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Adam: one',
      'Eve: two',
      'Guest: [typing_on]',
      'Guest: [typing_off]',
    ]);
    printed.mockRestore();
  });

  test('context.client sends without a persona, whoever speaks', async () => {
    const bot = await startBot({ ...setup, plugins: [install()] });
    await bot.run(async (context) => {
      context.usePersona('adam');
      await context.client.sendText(CUSTOMER, 'plain');
      await context.client.sendRawBody({
        recipient: { id: CUSTOMER },
        message: { text: 'raw' },
      });
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: plain', 'Page: raw']);
    const sent = await bodies(bot.emulator, SEND);
    expect(sent.map((body) => Object.keys(body).sort())).toEqual([
      ['message', 'messaging_type', 'recipient'],
      ['message', 'recipient'],
    ]);
  });
});

describe.each([
  ['line', LineContext],
  ['slack', SlackContext],
  ['viber', ViberContext],
] as const)('a class of contexts on %s', (channel, Base) => {
  /** A method, and not a property, so that a class may override it. */
  interface Saying {
    sendText(text: string): unknown;
  }

  /** Waits before it sends, counts in private, and loses all options. */
  class CountingContext extends (Base as new (params: never) => Saying) {
    #sent = 0;

    override async sendText(text: string) {
      await nextTurn();
      this.#sent += 1;
      return super.sendText(`${text} ${this.#sent}`);
    }
  }

  test('that overrides a method: the speaker is the one at the call', async () => {
    const bot = await startOn(channel, {
      plugins: [install()],
      contextClass: CountingContext,
      sendMethod: 'push',
    });
    const sent = await bot.run(async (context: PersonaContext) => {
      context.usePersona('adam');
      const one = context.sendText('hi');
      context.usePersona(null);
      await one;
      await context.sendText('hi', { personaId: 'eve' });
      await context.as('adam').sendText('hi');
    });
    expect(bot.errors).toEqual([]);
    const told = sent.map(({ body }) => JSON.stringify(body));
    expect(told).toEqual([
      expect.stringMatching(/hi 1.*Adam|Adam.*hi 1/),
      expect.stringMatching(/hi 2.*Eve|Eve.*hi 2/),
      expect.stringMatching(/hi 3.*Adam|Adam.*hi 3/),
    ]);
  });
});

describe('a message that a subclass sends through its client', () => {
  beforeEach(() => {
    jest.spyOn(console, 'error').mockImplementation();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  type Methods = Record<string, (...args: unknown[]) => unknown>;
  type Call = [method: string, ...args: unknown[]];

  /** A class with a method that calls its client. */
  function calling(Base: new (params: never) => object) {
    return class extends Base {
      async remind(calls: readonly Call[]): Promise<void> {
        await nextTurn();
        for (const [path, ...args] of calls) {
          const client = Reflect.get(this, '_client') as Methods;
          const [name = '', ...holders] = path.split('.').reverse();
          const holder = holders.reduceRight(
            (from: object, key) => Reflect.get(from, key) as object,
            client,
          ) as Methods;
          await holder[name]?.(...args);
        }
      }
    };
  }

  interface Reminding extends PersonaContext {
    remind(calls: readonly Call[]): Promise<void>;
  }

  async function sentOn(
    channel: 'line' | 'slack' | 'viber',
    Base: new (params: never) => object,
    calls: readonly Call[],
  ): Promise<Recorded['body'][]> {
    const bot = await startOn(channel, {
      plugins: [install()],
      contextClass: calling(Base),
    });
    const sent = await bot.run(async (context: Reminding) => {
      context.usePersona('adam');
      const reminding = context.remind(calls);
      context.usePersona('eve');
      await reminding;
    });
    expect(bot.errors).toEqual([]);
    expect(JSON.stringify(sent)).not.toMatch(/persona/i);
    return sent.map(({ body }) => body);
  }

  const { name, profilePictureUrl: picture } = DIRECTORY.adam;
  const MINE = { name: 'Mine' };
  const TEXT = Object.freeze({ type: 'text', text: 'hi' });

  test('shows the persona on LINE', async () => {
    const sender = { name, iconUrl: picture };
    const messages = Object.freeze([
      TEXT,
      Object.freeze({ ...TEXT, sender: MINE }),
    ]);
    const sent = await sentOn('line', LineContext, [
      ['pushText', 'U2', 'hi'],
      ['pushText', 'U2', 'hi', Object.freeze({ personaId: 'eve' })],
      ['push', 'U2', messages],
      ['pushMessages', 'U2', messages],
      ['pushRawBody', Object.freeze({ to: 'U2', messages })],
      ['replyText', 'TOKEN', 'hi'],
      ['multicast', ['U2', 'U3'], messages],
      ['multicastText', ['U2', 'U3'], 'hi'],
      ['narrowcast', messages, { recipient: null }],
      ['pushImagemap', 'U2', 'alt', { baseUrl: picture, actions: [] }],
      ['pushCarouselTemplate', 'U2', 'alt', [{ text: 'a', actions: [] }]],
    ]);
    const senders = sent.map((body) =>
      (body.messages as { sender?: object }[]).map((message) => message.sender),
    );
    const eve = { name: 'Eve', iconUrl: DIRECTORY.eve.profilePictureUrl };
    const both = [sender, MINE];
    expect(senders).toEqual([
      [sender],
      [eve],
      both,
      both,
      both,
      [sender],
      both,
      [sender],
      both,
      [sender],
      [sender],
    ]);
  });

  test('shows the persona on Viber', async () => {
    const sent = await sentOn('viber', ViberContext, [
      ['sendText', 'V2', 'hi'],
      ['sendMessage', 'V2', TEXT],
      ['sendPicture', 'V2', { text: 'a', media: picture }],
      ['broadcastText', ['V2', 'V3'], 'hi'],
      ['broadcastMessage', ['V2', 'V3'], TEXT],
      ['sendText', 'V2', 'hi', Object.freeze({ sender: MINE })],
    ]);
    const adam = { name, avatar: picture };
    expect(sent.map(({ sender }) => sender)).toEqual([
      adam,
      adam,
      adam,
      adam,
      adam,
      MINE,
    ]);
  });

  test('shows the persona on Slack, also with methods outside of `chat`', async () => {
    const options = Object.freeze({ threadTs: '9' });
    const sent = await sentOn('slack', SlackContext, [
      ['postMessage', 'C2', 'hi'],
      ['postMessage', 'C2', Object.freeze({ text: 'hi' }), options],
      ['postEphemeral', 'C2', 'U2', 'hi', options],
      ['chat.postMessage', Object.freeze({ channel: 'C2', text: 'hi' })],
      ['chat.postEphemeral', { channel: 'C2', user: 'U2', text: 'hi' }],
      ['callMethod', 'chat.postMessage', { channel: 'C2', text: 'hi' }],
      ['postMessage', 'C2', 'hi', Object.freeze({ username: 'Mine' })],
    ]);
    expect(sent.map(({ username }) => username)).toEqual([
      name,
      name,
      name,
      name,
      name,
      name,
      'Mine',
    ]);
    expect(sent.map((body) => body.icon_url)).toEqual([
      picture,
      picture,
      picture,
      picture,
      picture,
      picture,
      undefined,
    ]);
    expect(sent.map((body) => body.thread_ts)).toEqual([
      undefined,
      '9',
      '9',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
