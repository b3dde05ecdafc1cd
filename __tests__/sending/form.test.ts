import { createReadStream } from 'node:fs';
import { Messenger } from 'messaging-api-messenger';
import {
  HumanAgentTagError,
  personas,
  type SentMessage,
} from 'bottender-persona';
import { CUSTOMER, startWrittenTo } from '../support/bot';
import { clientFor } from '../support/clients';
import { alive, shown } from '../support/emulatorState';
import { startFakeGraph, type Reply } from '../support/fakeGraph';
import { createPersonas, profile } from '../support/personas';
test('a form carries the persona after an upload of its file, and needs none for the Page', async () => {
  const bot = await startWrittenTo();
  const client = personas({ directory: { adam: profile('Adam') } }).client(
    clientFor(bot.emulator),
  );
  await client.withPersona('adam', () =>
    client.sendMessageFormData(
      CUSTOMER,
      Messenger.createImageFormData(Buffer.from('x'), {
        filename: 'a.png',
      } as never),
    ),
  );
  await client.withPersona('adam', () =>
    client.sendMessageFormData(
      CUSTOMER,
      Messenger.createImageFormData(createReadStream(__filename)),
    ),
  );
  await client.sendMessageFormData(
    CUSTOMER,
    Messenger.createImageFormData(Buffer.from('x'), {
      filename: 'a.png',
    } as never),
  );
  expect(shown(bot.emulator)).toEqual([
    'Adam: [image]',
    'Adam: [image]',
    'Page: [image]',
  ]);
});

describe.each<[string, Reply]>([
  ['null', { text: 'null' }],
  ['nothing', { text: '' }],
  ['a page in HTML', { text: '<html>' }],
  ['an error with status 200', { body: { error: { code: 1, message: 'x' } } }],
])('an upload that is answered with %s', (_what, reply) => {
  test('rejects, and no message without a file is sent', async () => {
    const graph = await startFakeGraph(({ path }) =>
      path === '/me/message_attachments' ? reply : {},
    );
    const adam = personas().client(graph.client).as('1');
    const options = { filename: 'a.png' };
    const contents = Buffer.from('x');
    const form = Messenger.createImageFormData(contents, options as never);
    for (const sending of [
      adam.sendImage(CUSTOMER, contents, options),
      adam.sendMessageFormData(CUSTOMER, form),
    ]) {
      await expect(sending).rejects.toThrow(
        'The file could not be uploaded, so nothing was sent: the response has no attachment ID.',
      );
    }
    expect(graph.calls).toHaveLength(2);
  });
});

test('a client that can upload nothing gets the form', async () => {
  const sendMessageFormData = jest.fn((..._args: unknown[]) =>
    Promise.resolve({}),
  );
  const own = { accessToken: 'TOKEN', sendMessageFormData };
  const client = personas().client(own, { channel: 'messenger' });
  const form = Messenger.createImageFormData(Buffer.from('x'));
  await client.withPersona('1', () =>
    client.sendMessageFormData(CUSTOMER, form),
  );
  expect(sendMessageFormData.mock.calls).toEqual([
    [CUSTOMER, form, { personaId: '1' }],
  ]);
});

test('a form with a persona of its own is sent unchanged, refused or not', async () => {
  const bot = await startWrittenTo();
  const { Bea = '' } = await createPersonas(bot.emulator, ['Bea']);
  const onRefused = jest.fn();
  const client = personas({
    directory: { adam: profile('Adam') },
    onRefused,
  }).client(clientFor(bot.emulator));
  const send = () => {
    const form = Messenger.createImageFormData(createReadStream(__filename));
    form.append('persona_id', Bea);
    return client.withPersona('adam', () =>
      client.sendMessageFormData(CUSTOMER, form),
    );
  };
  await send();
  expect(shown(bot.emulator)).toEqual(['Bea: [image]']);
  bot.emulator.setEuropean(CUSTOMER, true);
  await expect(send()).rejects.toThrow();
  expect(onRefused).not.toHaveBeenCalled();
  expect(alive(bot.emulator)).toEqual(['Bea']);
});

test('a form with a persona of its own keeps it, whoever speaks', async () => {
  const bot = await startWrittenTo();
  const ids = await createPersonas(bot.emulator, ['Adam', 'Bea']);
  const client = personas().client(clientFor(bot.emulator));
  const form = Messenger.createImageFormData(createReadStream(__filename));
  form.append('persona_id', ids.Bea);
  await client.as(ids.Adam ?? '').sendMessageFormData(CUSTOMER, form);
  expect(shown(bot.emulator)).toEqual(['Bea: [image]']);
});

test('a form with a persona of its own is disclosed, reported, and checked for the tag HUMAN_AGENT', async () => {
  const bot = await startWrittenTo();
  const { Bea = '', Max = '' } = await createPersonas(bot.emulator, [
    'Bea',
    'Max',
  ]);
  const onSent = jest.fn<void, [SentMessage]>();
  const client = personas({
    directory: {
      bea: { id: Bea, ...profile('Bea'), kind: 'human' },
      max: { id: Max, ...profile('Max'), kind: 'bot' },
    },
    disclosure: { message: ({ moment, persona }) => `[${moment}] ${persona}` },
    onSent,
  }).client(clientFor(bot.emulator));
  const send = (id: string, options?: object) => {
    const form = Messenger.createImageFormData(createReadStream(__filename));
    form.append('persona_id', id);
    return client.sendMessageFormData(CUSTOMER, form, options as never);
  };
  await send(Bea);
  await send(Max);
  expect(shown(bot.emulator)).toEqual([
    'Bea: [image]',
    `Max: [handback] ${Max}`,
    'Max: [image]',
  ]);
  await new Promise(setImmediate);
  const reported = onSent.mock.calls.map(
    ([{ persona, personaId, name, kind, decidedBy, disclosure }]) => [
      ...[persona, personaId, name, kind, decidedBy, disclosure],
    ],
  );
  expect(reported).toEqual([
    ['bea', Bea, 'Bea', 'human', 'personaId', undefined],
    ['max', Max, 'Max', 'bot', 'personaId', 'handback'],
    ['max', Max, 'Max', 'bot', 'personaId', undefined],
  ]);
  const tagged = { messagingType: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
  await expect(send(Max, tagged)).rejects.toThrow(HumanAgentTagError);
});
