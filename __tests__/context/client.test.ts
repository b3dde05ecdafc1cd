import { MessengerClient, type MessengerTypes } from 'bottender';
import {
  InvalidPersonaError,
  InvalidProfileError,
  personas,
  UnsupportedSenderActionError,
  type DirectoryEntries,
  type PersonaRefusedError,
} from 'bottender-persona';
import { Keyv } from 'keyv';

import {
  APP_SECRET,
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  type RunningBot,
  startBot,
  startWrittenTo,
} from '../support/bot';
import { clientFor, sendingTo } from '../support/clients';
import { deepFrozen } from '../support/deepFrozen';
import {
  alive,
  bodies,
  calls,
  personaIds,
  shown,
  watchCalls,
} from '../support/emulatorState';
import { createPersonas, deletePersona, profile } from '../support/personas';
import { SEND_METHODS, SENDS } from '../support/sends';
import { leaveLease } from '../support/stores';

const OPTIONS: MessengerTypes.SendOption = Object.freeze({
  tag: 'HUMAN_AGENT',
});
/** Without the names in its type, as some of them are misspelt here. */
const DIRECTORY: DirectoryEntries<string> = {
  adam: profile('Adam'),
  eve: profile('Eve'),
};
const SEND = 'POST /me/messages';

async function start(options: Parameters<typeof personas>[0] = {}) {
  const bot = await startWrittenTo();
  const onRefused = jest.fn();
  const plugin = personas({
    onRefused,
    ...options,
    directory: DIRECTORY,
  });
  const given = clientFor(bot.emulator);
  return { bot, plugin, onRefused, given, client: plugin.client(given) };
}

/** What is private to it, only it can read. */
class CountingClient extends MessengerClient {
  #sent = 0;

  get sent() {
    return this.#sent;
  }

  set sent(sent) {
    this.#sent = sent;
  }

  override sendText(...args: Parameters<MessengerClient['sendText']>) {
    this.#sent += 1;
    return super.sendText(...args);
  }
}

function countingFor({ emulator: { origin } }: RunningBot): CountingClient {
  const { accessToken } = PAGE;
  return new CountingClient({ accessToken, appSecret: APP_SECRET, origin });
}

describe('a client with personas', () => {
  test('works with a class that has private fields', async () => {
    const { bot, plugin } = await start();
    const counting = countingFor(bot);
    const client = plugin.client(counting);
    await client.as('adam').sendText(CUSTOMER, 'hi');
    expect(client.sent).toBe(1);
    expect(client.constructor).toBe(CountingClient);
    client.sent = 7;
    expect(counting.sent).toBe(7);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('has no methods that the client lacks', () => {
    const small = { createPersona: () => Promise.resolve({ id: '1' }) };
    const client = personas().client(small as unknown as MessengerClient);
    expect('sendText' in client).toBe(false);
    expect(client.createPersona).toBeInstanceOf(Function);
  });

  test('can be spied on like any object', async () => {
    const { bot, plugin } = await start();
    const client = plugin.client(countingFor(bot));
    jest.spyOn(client, 'getUserProfile').mockResolvedValue(null as never);
    await expect(client.getUserProfile(CUSTOMER)).resolves.toBeNull();
    jest.spyOn(client, 'sent', 'get').mockReturnValue(9);
    expect(client.sent).toBe(9);
  });

  test.each(SEND_METHODS)(
    '%s carries the persona, and otherwise sends what the client alone sends',
    async (method) => {
      const { bot, given, client } = await start();
      const ids = await createPersonas(bot.emulator, ['Bea', 'Cyd']);
      await SENDS[method](sendingTo(CUSTOMER, given), OPTIONS);
      await SENDS[method](sendingTo(CUSTOMER, client), OPTIONS);
      await SENDS[method](sendingTo(CUSTOMER, client), {
        ...OPTIONS,
        personaId: ids.Bea,
      });
      await client.withPersona(ids.Cyd, () =>
        SENDS[method](sendingTo({ id: CUSTOMER }, client), OPTIONS),
      );
      await client.withPersona(ids.Cyd, () =>
        SENDS[method](sendingTo(CUSTOMER, client.as('adam')), OPTIONS),
      );
      const adam = personaIds(bot.emulator, 'Adam')[0];
      const [alone, ...others] = await bodies(bot.emulator, SEND);
      expect(others).toEqual([
        alone,
        { ...alone, persona_id: ids.Bea },
        { ...alone, persona_id: ids.Cyd },
        { ...alone, persona_id: adam },
      ]);
    },
  );

  test('knows the names of the directory, and creates each persona once', async () => {
    const { bot, client } = await start();
    await client.as('adam').sendText(CUSTOMER, 'one');
    await client.sendText(CUSTOMER, 'two', { personaId: 'eve' });
    await client.withPersona('adam', () => client.sendText(CUSTOMER, 'three'));
    await client.sendText(CUSTOMER, 'four');
    expect(shown(bot.emulator)).toEqual([
      'Adam: one',
      'Eve: two',
      'Adam: three',
      'Page: four',
    ]);
    expect(alive(bot.emulator)).toEqual(['Adam', 'Eve']);
  });

  test('uploads a file, and sends it with the persona', async () => {
    const { bot, client } = await start();
    await client
      .as('adam')
      .sendImage(CUSTOMER, Buffer.from('a picture'), { filename: 'a.png' });
    await client.sendImage(CUSTOMER, Buffer.from('another'), {
      filename: 'b.png',
    });
    expect(shown(bot.emulator)).toEqual(['Adam: [image]', 'Page: [image]']);
  });

  test('its blocks can be nested, and return what their functions return', async () => {
    const { bot, client } = await start();
    const answer = await client.withPersona('adam', async (same) => {
      expect(same).toBe(client);
      await client.withPersona('eve', () => client.sendText(CUSTOMER, 'one'));
      const adam = client.as();
      await client.withPersona(null, () => adam.sendText(CUSTOMER, 'two'));
      return 5;
    });
    expect(answer).toBe(5);
    const error = new Error('no such order');
    const fail = () => Promise.reject(error);
    const throws = () => {
      throw error;
    };
    await expect(client.withPersona('adam', fail)).rejects.toBe(error);
    await expect(client.withPersona('adam', throws)).rejects.toBe(error);
    expect(shown(bot.emulator)).toEqual(['Eve: one', 'Adam: two']);
  });

  test('a speaker’s persona wins over a personaId of the call', async () => {
    const { bot, client } = await start();
    const { Bea } = await createPersonas(bot.emulator, ['Bea']);
    const options: MessengerTypes.SendOption = { personaId: Bea };
    const adam = client.as('adam') as Pick<MessengerClient, 'sendText'>;
    await adam.sendText(CUSTOMER, 'hi', options);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('sweeps its Page with the first persona that it creates', async () => {
    const store = new Keyv({ namespace: 'bottender-persona' });
    const { bot, client } = await start({ store });
    const { Left = '' } = await createPersonas(bot.emulator, ['Left']);
    await leaveLease(store, { id: Left, name: 'Left' });
    await client.withEphemeralPersona(profile('Guest'), () =>
      client.sendText(CUSTOMER, 'hi'),
    );
    await bot.emulator.waitFor(() => !alive(bot.emulator).includes('Left'));
    expect(shown(bot.emulator)).toEqual(['Guest: hi']);
  });

  test('creates ephemeral personas, which are deleted after the last answer', async () => {
    const { bot, client } = await start();
    const name = await client.withEphemeralPersona(
      profile('Guest'),
      async (guest, same) => {
        expect(same).toBe(client);
        expect(guest).toEqual({
          id: personaIds(bot.emulator, 'Guest')[0],
          ...profile('Guest'),
        });
        await client.sendText(CUSTOMER, 'one');
        await client.withPersona(guest.id, () =>
          client.sendText(CUSTOMER, 'two'),
        );
        void client.as().sendText(CUSTOMER, 'three');
        return guest.name;
      },
    );
    expect(name).toBe('Guest');
    expect(shown(bot.emulator)).toEqual([
      'Guest: one',
      'Guest: two',
      'Guest: three',
    ]);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('shares neither scopes nor usePersona with contexts', async () => {
    const { plugin } = await start();
    const bot = await startBot({ plugins: [plugin] });
    const client = plugin.client(clientFor(bot.emulator));
    await bot.run(async (context) => {
      await client.withPersona('eve', () => context.sendText('one'));
      await context.withPersona('adam', () => client.sendText(CUSTOMER, 'two'));
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: one', 'Page: two']);
  });

  test('ignores initialPersona, which is for events', async () => {
    const { bot, client } = await start({ initialPersona: '123' });
    await client.sendText(CUSTOMER, 'hi');
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
  });

  test('of another Page uses the personas of that Page', async () => {
    const bot = await startBot({ severalPages: true });
    await bot.say('hello', { pageId: OTHER_PAGE.id });
    await bot.say('hello');
    const plugin = personas({ directory: DIRECTORY });
    await plugin
      .client(clientFor(bot.emulator, OTHER_PAGE))
      .as('adam')
      .sendText(CUSTOMER, 'one');
    await plugin
      .client(clientFor(bot.emulator))
      .as('adam')
      .sendText(CUSTOMER, 'two');
    expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
    expect(personaIds(bot.emulator, 'Adam', OTHER_PAGE)).toHaveLength(1);
    expect(shown(bot.emulator).sort()).toEqual(['Adam: one', 'Adam: two']);
  });

  test('uses the token that a call has in its options', async () => {
    const bot = await startBot({ severalPages: true });
    await bot.say('hello', { pageId: OTHER_PAGE.id });
    const client = new MessengerClient({
      accessToken: PAGE.accessToken,
      appSecret: APP_SECRET,
      origin: bot.emulator.origin,
      skipAppSecretProof: true,
    });
    // As contexts do after `useAccessToken`.
    const options = { ...OPTIONS, accessToken: OTHER_PAGE.accessToken };
    await personas({ directory: DIRECTORY })
      .client(client)
      .as('adam')
      .sendText(CUSTOMER, 'hi', options);
    expect(personaIds(bot.emulator, 'Adam', OTHER_PAGE)).toHaveLength(1);
    expect(alive(bot.emulator)).toEqual(['Adam']);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });
});

describe('a refusal', () => {
  test('is sent once more as the Page; onRefused gets no context', async () => {
    const { bot, client, onRefused } = await start();
    bot.emulator.setEuropean(CUSTOMER, true);
    await client.as('adam').sendText(CUSTOMER, 'one');
    const sends = watchCalls(bot.emulator);
    await client.as('eve').sendText({ id: CUSTOMER }, 'two');
    expect(sends()).toEqual([SEND]);
    expect(shown(bot.emulator)).toEqual(['Page: one', 'Page: two']);
    expect(onRefused.mock.calls).toEqual([
      [
        expect.objectContaining({ reason: 'region' }),
        { context: null, recipient: CUSTOMER, persona: 'adam' },
      ],
    ]);
  });

  test('names no recipient if there is no PSID', async () => {
    const { client, onRefused } = await start();
    // What Messenger makes of the number is another matter.
    const recipient = { phoneNumber: '+1(212)555-2368' } as never;
    await client
      .as('nobody')
      .sendText(recipient, 'hi')
      .catch(() => undefined);
    expect(onRefused.mock.calls).toEqual([
      [
        expect.objectContaining({ reason: 'unknown' }),
        { context: null, recipient: null, persona: 'nobody' },
      ],
    ]);
  });

  test('counts for one customer only', async () => {
    const { bot, client } = await start();
    await bot.say('hello', { psid: '1002' });
    bot.emulator.setEuropean(CUSTOMER, true);
    await client.as('adam').sendText(CUSTOMER, 'one');
    await client.as('adam').sendText('1002', 'two');
    expect(shown(bot.emulator, '1002')).toEqual(['Adam: two']);
  });

  test('of a persona that is gone: it is created again', async () => {
    const { bot, client } = await start();
    await client.as('adam').sendText(CUSTOMER, 'one');
    await deletePersona(
      bot.emulator,
      personaIds(bot.emulator, 'Adam')[0] ?? '',
    );
    await client.as('adam').sendText(CUSTOMER, 'two');
    expect(shown(bot.emulator)).toEqual(['Adam: one', 'Adam: two']);
    expect(alive(bot.emulator)).toEqual(['Adam']);
  });

  test('of an unknown name is reported with the closest match, without a Graph call', async () => {
    const { bot, client, onRefused } = await start();
    await client.as('adma').sendText(CUSTOMER, 'hi');
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    const [[error] = []] = onRefused.mock.calls as [PersonaRefusedError][];
    expect(error?.message).toMatch('did you mean "adam"');
    expect(calls(bot.emulator)).toEqual([SEND]);
  });

  test('rejects the send with `throw`', async () => {
    const { bot, client } = await start({ refusedPersona: 'throw' });
    bot.emulator.setEuropean(CUSTOMER, true);
    await expect(
      client.as('adam').sendText(CUSTOMER, 'hi'),
    ).rejects.toMatchObject({ reason: 'region' });
    expect(shown(bot.emulator)).toEqual([]);
  });

  test('signText signs a text that is sent without its persona', async () => {
    const signText = (text: string, { name }: { name: string }) =>
      `${name}: ${text}`;
    const { bot, client } = await start({ signText });
    bot.emulator.setEuropean(CUSTOMER, true);
    await client.as('adam').sendText(CUSTOMER, 'hi');
    expect(shown(bot.emulator)).toEqual(['Page: Adam: hi']);
  });

  test('any other error of Messenger is passed on, and nothing is sent again', async () => {
    const { bot, client } = await start();
    await client.as('adam').sendText(CUSTOMER, 'hi');
    const sends = watchCalls(bot.emulator);
    await expect(client.as('adam').sendText('4040', 'hi')).rejects.toThrow(
      'Messenger API',
    );
    expect(sends()).toEqual([SEND]);
  });

  test('invalid personas and profiles are rejected before anything is sent', async () => {
    const { bot, client } = await start();
    const run = jest.fn();
    expect(() => client.as('')).toThrow(InvalidPersonaError);
    const nothing = undefined as unknown as null;
    expect(() => client.as(nothing)).toThrow(InvalidPersonaError);
    await expect(client.withPersona(nothing, run)).rejects.toThrow(
      InvalidPersonaError,
    );
    await expect(
      client.sendText(CUSTOMER, 'hi', { personaId: '' }),
    ).rejects.toThrow(InvalidPersonaError);
    await expect(
      client.withEphemeralPersona({ ...profile('G'), name: '' }, run),
    ).rejects.toThrow(InvalidProfileError);
    const none = undefined as unknown as () => void;
    await expect(client.withPersona('adam', none)).rejects.toThrow(
      'client.withPersona() takes a function',
    );
    await expect(
      client.withEphemeralPersona(profile('G'), none),
    ).rejects.toThrow('client.withEphemeralPersona() takes a function');
    expect(run).not.toHaveBeenCalled();
    expect(calls(bot.emulator)).toEqual([]);
  });

  test('a sender action that personas do not support is rejected; markSeen is sent as the Page', async () => {
    const { bot, client } = await start();
    await expect(
      client.as('adam').sendSenderAction(CUSTOMER, 'mark_seen'),
    ).rejects.toThrow(UnsupportedSenderActionError);
    await client.withPersona('adam', () => client.markSeen(CUSTOMER));
    expect(shown(bot.emulator)).toEqual(['Page: [mark_seen]']);
  });
});

describe('plugin.client()', () => {
  test('returns the same object for the same client, and for that object', async () => {
    const { plugin, given, client, bot } = await start();
    expect(plugin.client(given)).toBe(client);
    expect(plugin.client(client as unknown as MessengerClient)).toBe(client);
    expect(plugin.client(clientFor(bot.emulator))).not.toBe(client);
    expect(personas().client(given)).not.toBe(client);
    expect(client).toBeInstanceOf(MessengerClient);
  });

  test('returns an object that can be used in place of the given client', async () => {
    const { bot, plugin, given, client } = await start();
    const path = `/me?access_token=${given.accessToken}`;
    expect(await client.axios.get(path)).toMatchObject({
      data: { id: PAGE.id },
    });
    expect(client.axios.defaults).toBe(given.axios.defaults);
    expect(await plugin.sweep(client)).toEqual({ deleted: [], suspects: [] });
    const other = personas({ directory: DIRECTORY }).client(client);
    await other.as('adam').sendText(CUSTOMER, 'hi');
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('leaves the given client as it is', async () => {
    const { bot, given, client } = await start();
    const before = Object.getOwnPropertyNames(given);
    await client.withPersona('adam', () => given.sendText(CUSTOMER, 'hi'));
    expect(Object.getOwnPropertyNames(given)).toEqual(before);
    expect(given).not.toHaveProperty('as');
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
  });

  test('calls the methods of the given client, even if they are replaced later', async () => {
    const { given, client, bot } = await start();
    const sendText = jest.spyOn(given, 'sendText');
    const getPersona = jest.spyOn(given, 'getPersona');
    await client.as('adam').sendText(CUSTOMER, 'hi');
    const [id = ''] = personaIds(bot.emulator, 'Adam');
    expect(sendText.mock.calls).toEqual([[CUSTOMER, 'hi', { personaId: id }]]);
    expect(await client.getPersona(id)).toMatchObject({ name: 'Adam' });
    expect(sendText.mock.contexts).toEqual([given]);
    expect(getPersona.mock.contexts).toEqual([given]);
    expect(client.accessToken).toBe(given.accessToken);
  });

  test('adds the persona to raw bodies that have none, and leaves batches unchanged', async () => {
    const { bot, client } = await start();
    const { Bea } = await createPersonas(bot.emulator, ['Bea']);
    await client.withPersona('adam', async () => {
      const recipient = { id: CUSTOMER };
      const raw = (text: string, own: object = {}) =>
        client.sendRawBody(
          deepFrozen({ recipient, message: { text }, ...own }),
        );
      await raw('raw');
      await raw('own', { persona_id: Bea });
      await raw('named', { personaId: 'eve' });
      await raw('page', { persona_id: null });
      await client.sendRawBody({ recipient, senderAction: 'typing_on' });
      await expect(
        client.sendRawBody({ recipient, senderAction: 'mark_seen' }),
      ).rejects.toThrow(UnsupportedSenderActionError);
      await client.sendBatch([
        {
          method: 'POST',
          relativeUrl: 'me/messages',
          body: { recipient, message: { text: 'batch' } },
        },
      ]);
    });
    expect(shown(bot.emulator)).toEqual([
      'Adam: raw',
      'Bea: own',
      'Eve: named',
      'Page: page',
      'Adam: [typing_on]',
      'Page: batch',
    ]);
  });

  test.each([
    [null, 'null'],
    [undefined, 'of type undefined'],
    [{}, 'of type object'],
    ['token', 'of type string'],
  ])('of %p throws an error that says what it takes', async (nothing, what) => {
    const given = nothing as unknown as MessengerClient;
    const plugin = personas();
    expect(() => plugin.client(given)).toThrow(
      /^client\(\) takes the client of a channel, such as a MessengerClient of messaging-api-messenger\. .* the channels are messenger, line, .*\./,
    );
    expect(() => plugin.client(given)).toThrow(`This was ${what}.`);
    await expect(plugin.sweep(given)).rejects.toThrow(
      `sweep() takes the client of a Page, such as \`context.client\` or a MessengerClient with its access token, but this was ${what}.`,
    );
  });
});
