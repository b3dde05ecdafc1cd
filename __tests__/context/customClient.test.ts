import { personas } from 'bottender-persona';
import {
  InvalidOptionError,
  personaClients,
  PersonaRefusedError,
  type PersonaId,
} from 'bottender-persona/client';
import * as entry from 'bottender-persona/client';
import * as main from 'bottender-persona';
import type { JsonObject } from 'messenger-emulator';

import {
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  startWrittenTo,
  type RunningBot,
} from '../support/bot';
import { clientFor, methodAt } from '../support/clients';
import { alive, calls, personaIds, shown } from '../support/emulatorState';
import { gate } from '../support/gate';
import { createPersonas, deletePersona, profile } from '../support/personas';

const directory = { adam: profile('Adam'), eve: profile('Eve') };

/** A client that somebody wrote with `fetch`. */
class FetchClient {
  readonly #token: string;

  constructor(
    private readonly origin: string,
    { accessToken }: { accessToken: string },
  ) {
    this.#token = accessToken;
  }

  async sendText(
    psid: string,
    text: string,
    options: { personaId?: string } = {},
  ) {
    return this.call('POST', '/me/messages', {
      messaging_type: 'RESPONSE',
      recipient: { id: psid },
      message: { text },
      persona_id: options.personaId,
    });
  }

  protected async call(method: string, path: string, body?: object) {
    const response = await fetch(`${this.origin}/v21.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    const data = (await response.json()) as JsonObject;
    if (response.ok) return data;
    const { status } = response;
    throw Object.assign(new Error('Graph refused it'), {
      response: { status, data },
    });
  }
}

/** One that has the methods for personas, too. */
class WholeClient extends FetchClient {
  getPageInfo() {
    return this.call('GET', '/me');
  }

  createPersona({
    name,
    profilePictureUrl,
  }: {
    name: string;
    profilePictureUrl: string;
  }) {
    const body = { name, profile_picture_url: profilePictureUrl };
    return this.call('POST', '/me/personas', body);
  }

  getPersona(id: string) {
    return this.call('GET', `/${id}`);
  }

  getPersonas(after?: string) {
    return this.call('GET', `/me/personas${after ? `?after=${after}` : ''}`);
  }

  deletePersona(id: string) {
    return this.call('DELETE', `/${id}`);
  }
}

async function start(options: Parameters<typeof personaClients>[0] = {}) {
  const bot = await startWrittenTo();
  const onRefused = jest.fn();
  const plugin = personaClients({ onRefused, ...options, directory });
  return { bot, emulator: bot.emulator, onRefused, plugin };
}

/** One that has this method to send by, and no other. */
async function startDisclosing<M extends 'sendMessage' | 'sendImage'>(
  method: M,
) {
  const disclosure = { message: () => 'I am a bot' };
  const { bot, emulator, plugin } = await start({ disclosure });
  const real = clientFor(bot.emulator);
  const own = { accessToken: real.accessToken, axios: real.axios };
  const given = { ...own, [method]: real[method].bind(real) };
  const client = plugin.client(given, { channel: 'messenger' });
  return { emulator, client: client as unknown as Pick<typeof real, M> };
}

const whole = ({ emulator }: RunningBot, page = PAGE) =>
  new WholeClient(emulator.origin, page);

describe('a client of Messenger without axios', () => {
  test('has names, blocks and handles by its own methods', async () => {
    const { bot, emulator, plugin } = await start();
    const given = whole(bot);
    const client = plugin.client(given);
    await client.as('adam').sendText(CUSTOMER, 'one');
    await client.withPersona('eve', () => client.sendText(CUSTOMER, 'two'));
    await client.withEphemeralPersona(profile('Guest'), () =>
      client.sendText(CUSTOMER, 'three'),
    );
    const agent = await client.createEphemeralPersona(profile('Agent'));
    await agent.sendText(CUSTOMER, 'four');
    await agent.release();
    await client.sendText(CUSTOMER, 'five');
    expect(shown(emulator)).toEqual([
      'Adam: one',
      'Eve: two',
      'Guest: three',
      'Agent: four',
      'Page: five',
    ]);
    expect(alive(emulator)).toEqual(['Adam', 'Eve']);
    // An existing name is found on the list, and not created again.
    await personas({ directory })
      .client(given)
      .as('adam')
      .sendText(CUSTOMER, 'six');
    expect(personaIds(emulator, 'Adam')).toHaveLength(1);
    expect(await plugin.sweep(given)).toEqual({ deleted: [], suspects: [] });
    await plugin.close();
  });

  test('takes an option that contains itself, also where the send waits', async () => {
    const { bot, emulator, plugin } = await start();
    const own: Record<string, unknown> = {};
    own.self = own;
    const adam = plugin.client(whole(bot)).as('adam');
    await adam.sendText(CUSTOMER, 'one', { own });
    expect(shown(emulator)).toEqual(['Adam: one']);
  });

  test('creates a name again that is gone', async () => {
    const { bot, emulator, plugin, onRefused } = await start();
    const client = plugin.client(whole(bot));
    await client.as('adam').sendText(CUSTOMER, 'one');
    await deletePersona(emulator, personaIds(emulator, 'Adam')[0] ?? '');
    await client.as('adam').sendText(CUSTOMER, 'two');
    expect(shown(emulator)).toEqual(['Adam: one', 'Adam: two']);
    expect(onRefused).not.toHaveBeenCalled();
  });

  test('is another Page’s where it has another token, though that is its secret', async () => {
    const { bot, emulator, plugin } = await start();
    await bot.say('hello', { pageId: OTHER_PAGE.id });
    await plugin.client(whole(bot)).as('adam').sendText(CUSTOMER, 'one');
    const other = plugin.client(whole(bot, OTHER_PAGE));
    await other.as('adam').sendText(CUSTOMER, 'two');
    expect(personaIds(emulator, 'Adam')).toHaveLength(1);
    expect(personaIds(emulator, 'Adam', OTHER_PAGE)).toHaveLength(1);
    expect(shown(emulator)).toEqual(['Adam: one', 'Adam: two']);
  });

  test('speaks as IDs when it has nothing but what sends', async () => {
    const { emulator, plugin, onRefused } = await start();
    const { Bea } = await createPersonas(emulator, ['Bea']);
    const small = new FetchClient(emulator.origin, PAGE);
    const client = plugin.client(small, { channel: 'messenger' });
    const bea = Bea as PersonaId;
    await client.as(bea).sendText(CUSTOMER, 'one');
    await client.sendText(CUSTOMER, 'two', { personaId: bea });
    expect(shown(emulator)).toEqual(['Bea: one', 'Bea: two']);
    expect(onRefused).not.toHaveBeenCalled();
    // Named once, it is known.
    await expect(plugin.sweep(small)).rejects.toThrow(/getPageInfo\(\)/);
  });

  test('may have functions of its own in place of methods', async () => {
    const { emulator, plugin } = await start();
    const given = new FetchClient(emulator.origin, PAGE);
    const { Bea } = await createPersonas(emulator, ['Bea']);
    class OwnClient {
      sent = 0;
      sendText = (psid: string, text: string, options?: object) => {
        this.sent += 1;
        return given.sendText(psid, text, options);
      };
    }
    const own = new OwnClient();
    const client = plugin.client(own, { channel: 'messenger' });
    const bea = client.as(Bea as PersonaId);
    expect(Object.keys(bea)).toEqual(['sendText']);
    await bea.sendText(CUSTOMER, 'one');
    const { sendText } = own;
    own.sendText = (psid, text, options) => sendText(psid, `${text}!`, options);
    await bea.sendText(CUSTOMER, 'two');
    expect(own.sent).toBe(2);
    expect(client.sent).toBe(2);
    expect(shown(emulator)).toEqual(['Bea: one', 'Bea: two!']);
  });

  test('may answer with promises of another library', async () => {
    const { bot, emulator, plugin, onRefused } = await start();
    const given = whole(bot);
    const [called, answered] = [gate(), gate()];
    class Later extends WholeClient {
      override sendText(...args: Parameters<FetchClient['sendText']>) {
        called.open();
        const sending = answered.opened.then(() => given.sendText(...args));
        return { then: sending.then.bind(sending) } as typeof sending;
      }
    }
    const client = plugin.client(new Later(emulator.origin, PAGE));
    const block = client.withEphemeralPersona(profile('Guest'), () => {
      void client.sendText(CUSTOMER, 'one').then(() => undefined);
    });
    await called.opened;
    // A deletion would arrive before the answer to this.
    await given.getPersonas();
    expect(alive(emulator)).toEqual(['Guest']);
    answered.open();
    await block;
    const { Bea } = await createPersonas(emulator, ['Bea']);
    await deletePersona(emulator, Bea);
    await client.as(Bea as PersonaId).sendText(CUSTOMER, 'two');
    expect(shown(emulator)).toEqual(['Guest: one', 'Page: two']);
    expect(alive(emulator)).toEqual([]);
    expect(onRefused).toHaveBeenCalledTimes(1);
  });

  test('may wrap the errors of its calls', async () => {
    const { emulator, plugin, onRefused } = await start();
    class Wrapping extends WholeClient {
      protected override call(...args: Parameters<WholeClient['call']>) {
        return super.call(...args).catch((cause: unknown) => {
          throw new Error('The call failed', { cause });
        });
      }
    }
    const client = plugin.client(new Wrapping(emulator.origin, PAGE));
    const { Bea } = await createPersonas(emulator, ['Bea']);
    await deletePersona(emulator, Bea);
    await client.as(Bea as PersonaId).sendText(CUSTOMER, 'hi');
    expect(shown(emulator)).toEqual(['Page: hi']);
    expect(onRefused).toHaveBeenCalledWith(
      expect.objectContaining({ reason: 'unknown' }),
      expect.anything(),
    );
  });

  test('may fail with an error that is its own cause', async () => {
    const { emulator, plugin } = await start();
    const error = new Error('The call failed');
    error.cause = error;
    class Failing extends WholeClient {
      override sendText(..._args: Parameters<WholeClient['sendText']>) {
        return Promise.reject(error);
      }
    }
    const client = plugin.client(new Failing(emulator.origin, PAGE));
    const sending = client.as('7').sendText(CUSTOMER, 'hi');
    await expect(sending).rejects.toBe(error);
  });

  test('discloses by the method that sends messages', async () => {
    const { emulator, client } = await startDisclosing('sendMessage');
    await client.sendMessage(CUSTOMER, { text: 'one' });
    expect(shown(emulator)).toEqual(['Page: I am a bot', 'Page: one']);
  });

  test('says that it cannot disclose where it has no method for texts', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    const { emulator, client } = await startDisclosing('sendImage');
    await client.sendImage(CUSTOMER, 'https://example.com/pear.png');
    expect(shown(emulator)).toEqual(['Page: [image]']);
    expect(warned.mock.calls).toEqual([
      [
        'The disclosure "start" was not sent: The client has no method "sendText", by which a call of "sendImage" is sent here. ' +
          'The message itself goes out, and the next one tries again.',
        'PersonaWarning',
      ],
    ]);
    warned.mockRestore();
  });

  test.each([
    ['line', 'pushText'],
    ['viber', 'sendText'],
  ] as const)('discloses on %s by %s alone', async (channel, method) => {
    const sendText = jest.fn((..._args: unknown[]) => Promise.resolve({}));
    const client = personaClients({
      disclosure: { message: () => 'I am a bot' },
    }).client({ [method]: sendText }, { channel });
    await methodAt(client, method)('U1', 'hello');
    const texts = sendText.mock.calls.map((args) => args.slice(0, 2));
    expect(texts).toEqual([
      ['U1', 'I am a bot'],
      ['U1', 'hello'],
    ]);
  });

  test('rejects what it has no method for, rather than to drop it', async () => {
    const pushCarouselTemplate = jest.fn((..._args: unknown[]) =>
      Promise.resolve(),
    );
    const { plugin } = await start();
    const client = plugin.client({ pushCarouselTemplate }, { channel: 'line' });
    const sending = client.as('adam').pushCarouselTemplate('U1', 'Pears', []);
    await expect(sending).rejects.toThrow('has no method "pushTemplate"');
    await client.pushCarouselTemplate('U1', 'Pears', []);
    expect(pushCarouselTemplate).toHaveBeenCalledTimes(1);
  });

  test('may answer an upload as Messenger does', async () => {
    const sendImage = jest.fn((..._args: unknown[]) => Promise.resolve());
    const uploadAttachment = () => Promise.resolve({ attachment_id: '7' });
    const given = { sendImage, uploadAttachment };
    const client = personas().client(given, { channel: 'messenger' });
    await client.as('5').sendImage(CUSTOMER, Buffer.from('a picture'), {});
    expect(sendImage.mock.calls).toEqual([
      [CUSTOMER, { attachmentId: '7' }, { personaId: '5' }],
    ]);
  });

  test('sends files in its own way where it has nothing to upload them by', async () => {
    const sendImage = jest.fn((..._args: unknown[]) => Promise.resolve());
    const client = personas().client({ sendImage }, { channel: 'messenger' });
    const contents = Buffer.from('a picture');
    await client.as('5').sendImage(CUSTOMER, contents, { filename: 'a.png' });
    expect(sendImage.mock.calls).toEqual([
      [CUSTOMER, contents, { filename: 'a.png', personaId: '5' }],
    ]);
  });

  test('says which method it lacks for names, and the Page speaks', async () => {
    const { emulator, plugin, onRefused } = await start();
    const small = new FetchClient(emulator.origin, PAGE);
    const client = plugin.client(small, { channel: 'messenger' });
    await client.as('adam').sendText(CUSTOMER, 'one');
    await client.withEphemeralPersona(profile('Guest'), () =>
      client.sendText(CUSTOMER, 'two'),
    );
    expect(shown(emulator)).toEqual(['Page: one', 'Page: two']);
    expect(onRefused).toHaveBeenCalledWith(
      expect.objectContaining({
        reason: 'not-created',
        // No status, as nothing was asked.
        message: expect.stringContaining(
          'the client has neither axios nor getPageInfo(). It could',
        ) as string,
      }),
      { recipient: CUSTOMER, persona: 'adam' },
    );
    // What is not there is not tried again and again.
    expect(calls(emulator).filter((call) => call === 'GET /me')).toEqual([]);
  });
});

describe('personaClients()', () => {
  test('speaks by the client of messaging-api-messenger, as personas() does', async () => {
    const { bot, emulator, plugin } = await start();
    const client = plugin.client(clientFor(bot.emulator));
    await client.as('adam').sendText(CUSTOMER, 'one');
    await client.withEphemeralPersona(profile('Guest'), () =>
      client.sendText(CUSTOMER, 'two'),
    );
    expect(shown(emulator)).toEqual(['Adam: one', 'Guest: two']);
    expect(plugin.stats()).toMatchObject({ created: 2, deleted: 1 });
    await plugin.close();
  });

  test('calls back without a context', async () => {
    const message = jest.fn();
    const { bot, plugin, onRefused } = await start({ disclosure: { message } });
    const client = plugin.client(clientFor(bot.emulator));
    await client.as('nobody' as 'adam').sendText(CUSTOMER, 'hi');
    expect(message.mock.calls).toEqual([
      [{ moment: 'start', persona: 'nobody', channel: 'messenger' }],
    ]);
    expect(onRefused.mock.calls).toEqual([
      [
        expect.any(PersonaRefusedError),
        { recipient: CUSTOMER, persona: 'nobody' },
      ],
    ]);
  });

  test('warns of a refusal where there is no callback', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    const { bot, plugin } = await start({ onRefused: undefined });
    await plugin
      .client(clientFor(bot.emulator))
      .as('nobody' as 'adam')
      .sendText(CUSTOMER, 'hi');
    expect(warned.mock.calls).toEqual([
      [expect.stringContaining('"nobody"'), 'PersonaWarning'],
    ]);
    warned.mockRestore();
  });

  test.each<[string, object, RegExp]>([
    [
      'an initialPersona',
      { initialPersona: 'adam' },
      /^personaClients\(\) has no option "initialPersona"; it has unsupportedSenderActions, directory/,
    ],
    [
      'a misspelt option',
      { directry: {} },
      /^personaClients\(\) has no option "directry" \(did you mean "directory"\?\)/,
    ],
    [
      'a bad value',
      { refusedPersona: 'no' },
      /^The option "refusedPersona" of personaClients\(\) must be/,
    ],
    [
      'no object',
      7 as unknown as object,
      /^personaClients\(\) takes an object/,
    ],
  ])('takes no %s', (_what, options, message) => {
    expect(() => personaClients(options)).toThrow(InvalidOptionError);
    expect(() => personaClients(options)).toThrow(message);
  });
});

test('bottender-persona/client exports personaClients, and the errors of bottender-persona', () => {
  const { personaClients: own, ...others } = entry;
  expect(own).toBeInstanceOf(Function);
  const errors = Object.entries(main).filter(([name]) =>
    name.endsWith('Error'),
  );
  expect(others).toEqual(Object.fromEntries(errors));
});
