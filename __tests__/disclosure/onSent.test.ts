import { SlackOAuthClient } from 'messaging-api-slack';
import {
  personas,
  type PersonaContext,
  type PersonasOptions,
  type SentMessage,
} from 'bottender-persona';
import { personaClients } from 'bottender-persona/client';

import { CUSTOMER, PAGE, startBot, type BotSetup } from '../support/bot';
import { startPlatform, type ChannelName } from '../support/channels';
import { clientFor, methodAt } from '../support/clients';
import { onPage, startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';
import { bodies } from '../support/emulatorState';
import { profile } from '../support/personas';
import { SENDS } from '../support/sends';

const directory = { adam: { ...profile('Adam'), kind: 'human' } } as const;

async function start(
  options: Partial<PersonasOptions> = {},
  setup: BotSetup = {},
) {
  const sent: SentMessage[] = [];
  const contexts: unknown[] = [];
  const plugin = personas({
    directory,
    onSent(message, { context }) {
      sent.push(message);
      contexts.push(context);
    },
    ...options,
  });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  return { bot, plugin, sent, contexts };
}

const told = () => new Promise(setImmediate);

describe.each([
  ['direct', {}],
  ['in batch mode', { batchDelayMs: 5 }],
] as const)('%s', (_mode, setup) => {
  test('onSent is told what was delivered, and by whom', async () => {
    const { bot, sent, contexts } = await start({}, setup);
    const begun = new Date();
    let handled: unknown;
    await bot.run(async (context) => {
      handled = context;
      await context.withPersona('adam', () => context.sendText('one'));
      await context.sendText('two');
      await context.as('adam').typingOn();
      await context.as('adam').sendText('three');
    });
    await told();
    expect(bot.errors).toEqual([]);
    const [{ at, messageId, personaId, ...first } = {} as SentMessage] = sent;
    expect(first).toEqual({
      channel: 'messenger',
      account: PAGE.id,
      recipient: CUSTOMER,
      persona: 'adam',
      name: 'Adam',
      kind: 'human',
      decidedBy: 'withPersona',
      message: { text: 'one' },
    });
    expect(at.getTime()).toBeGreaterThanOrEqual(begun.getTime());
    const entries = bot.emulator.state().conversations[0]?.entries ?? [];
    const found = entries.find(({ message }) => message?.text === 'one');
    expect(personaId).toBe(found?.persona?.id);
    expect(messageId).toBe(found?.mid);
    expect(
      sent.map(({ message, decidedBy, kind }) => [
        message.text,
        decidedBy,
        kind,
      ]),
    ).toEqual([
      ['one', 'withPersona', 'human'],
      ['two', 'nothing', null],
      ['three', 'as', 'human'],
    ]);
    expect(sent[1]).toMatchObject({
      persona: null,
      personaId: null,
      name: null,
    });
    expect(contexts).toEqual([handled, handled, handled]);
  });
});

const QUICK_REPLIES = [
  { contentType: 'text', title: 'Thanks', payload: 'THANKS' },
] as const;

test.each(
  Object.entries(SENDS).filter(([name]) => !/Action|typing/.test(name)),
)('what %s sends is told once, as Messenger gets it', async (_name, send) => {
  const { bot, sent } = await start();
  await bot.run(async (context) => {
    const options = { quickReplies: [...QUICK_REPLIES] };
    await context.withPersona('adam', () => send(context, options));
  });
  await told();
  expect(bot.errors).toEqual([]);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ persona: 'adam', recipient: CUSTOMER });
  const [body] = await bodies(bot.emulator, 'POST /me/messages');
  expect(snakeCased(sent[0]?.message)).toEqual(body?.message);
});

/** As Bottender's client sends it. */
function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCased(field),
    ]),
  );
}

test('after a refusal it is told what was delivered, once', async () => {
  const { bot, sent } = await start({
    signText: (text, { name }) => `${name}: ${text}`,
    onRefused: () => undefined,
  });
  bot.emulator.setEuropean(CUSTOMER, true);
  await bot.run(async (context) => {
    await context.withPersona('adam', () => context.sendText('one'));
  });
  await told();
  expect(sent).toEqual([
    expect.objectContaining({
      persona: null,
      personaId: null,
      name: 'Adam',
      kind: 'human',
      message: { text: 'Adam: one' },
    }),
  ]);
});

test('what fails is not told', async () => {
  const { bot, sent } = await start();
  bot.emulator.fail({
    path: '/me/messages',
    error: { code: 551, message: 'not available' },
  });
  await bot.run(async (context) => {
    await context.sendText('one');
  });
  await told();
  expect(bot.errors).toHaveLength(1);
  expect(sent).toEqual([]);
});

test('it is not awaited, and an error in it is a warning without secrets', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
  const onSent = jest
    .fn()
    .mockImplementationOnce(() => {
      throw new Error(`down: ${PAGE.accessToken}`);
    })
    .mockReturnValueOnce(Promise.reject(new Error('down too')))
    .mockReturnValue(new Promise(() => {}));
  const { bot } = await start({ onSent });
  await bot.run(async (context: PersonaContext) => {
    for (const text of ['1', '2', '3', '4']) await context.sendText(text);
  });
  await told();
  expect(bot.errors).toEqual([]);
  expect(onSent).toHaveBeenCalledTimes(4);
  const warnings = warn.mock.calls.map(([text]) => String(text));
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toContain('"onSent" failed: down');
  expect(warnings.join()).not.toContain(PAGE.accessToken);
  warn.mockRestore();
});

test('the order is that of the answers, also where a Page is not known yet', async () => {
  const { plugin, sent } = await start();
  const known = gate();
  const slow = await startFakeGraph(({ path }) =>
    path === '/me'
      ? { body: { id: PAGE.id, name: 'Page' }, when: known.opened }
      : undefined,
  );
  const fast = await startFakeGraph(onPage({}), { accessToken: 'OTHER' });
  await plugin.client(slow.client).as('1').sendText(CUSTOMER, 'one');
  await plugin.client(fast.client).as('1').sendText(CUSTOMER, 'two');
  await plugin.conversations.record(fast.client, CUSTOMER, 'human');
  await told();
  known.open();
  await plugin.conversations.record(slow.client, CUSTOMER, 'human');
  await told();
  expect(sent.map(({ message }) => message.text)).toEqual(['one', 'two']);
});

test('what it is told has no token, and stays as it was sent', async () => {
  const { plugin, sent } = await start();
  const { origin } = await startPlatform('slack');
  const client = plugin.client(
    new SlackOAuthClient({ accessToken: 'xoxb-1', origin }),
  );
  const metadata = { event_type: 'a' };
  const message = { channel: 'C1', text: 'one', token: 'xoxb-2', metadata };
  await client.chat.postMessage(message);
  message.text = 'two';
  metadata.event_type = 'b';
  await told();
  expect(sent.map(({ message: told }) => told)).toEqual([
    { channel: 'C1', text: 'one', metadata: { event_type: 'a' } },
  ]);
});

test('what a method of the bot’s own was called with is copied, also where it contains itself', async () => {
  const { client } = await startFakeGraph(onPage({}));
  const sendTree = (_psid: string, _tree: object) => Promise.resolve();
  const leaf = new Date();
  const tree = { name: 'root', leaf, branches: [] as object[], list: [0, 1] };
  tree.branches.push(tree, tree.branches);
  const { message } = await new Promise<SentMessage>((resolve) => {
    const plugin = personas({ onSent: resolve });
    const own = Object.assign(client, { sendTree });
    void plugin.client(own).sendTree(CUSTOMER, tree);
  });
  expect(message.method).toBe('sendTree');
  const [copy] = message.arguments as [typeof tree];
  expect(copy).toEqual(tree);
  expect(copy).not.toBe(tree);
  expect(copy.list).not.toBe(tree.list);
  expect(copy.leaf).toBe(leaf);
  expect(copy.branches).not.toBe(tree.branches);
  expect(copy.branches[0]).toBe(copy);
  expect(copy.branches[1]).toBe(copy.branches);
});

test.each<[ChannelName | 'messenger', string, unknown[], unknown, unknown[]]>([
  ['messenger', 'sendText', ['7', 'a'], { messageId: 'm_1' }, ['m_1']],
  ['messenger', 'sendText', ['7', 'a'], { message_id: 'm_2' }, ['m_2']],
  ['messenger', 'sendText', ['7', 'a'], undefined, [null]],
  [
    'line',
    'pushMessages',
    ['U1', [{ type: 'text', text: 'a' }, { type: 'sticker' }]],
    { sentMessages: [{ id: '1' }, { id: '2' }] },
    ['1', '2'],
  ],
  ['line', 'pushText', ['U1', 'a'], {}, [null]],
  ['slack', 'postMessage', ['C1', 'a'], { ts: '1.2' }, ['1.2']],
  ['slack', 'postEphemeral', ['C1', 'U1', 'a'], { messageTs: '3' }, ['3']],
  ['telegram', 'sendMessage', [7, 'a'], { messageId: 5 }, ['5']],
  ['viber', 'sendText', ['V1', 'a'], { messageToken: 6 }, ['6']],
  ['whatsapp', 'createMessage', [{ to: '+2' }], { sid: 'SM1' }, ['SM1']],
])(
  'on %s, the IDs of what %s%j sends are in the answer %j',
  async (channel, method, args, answer, ids) => {
    const { plugin, sent } = await start();
    const given = { [method]: () => Promise.resolve(answer) };
    const client = plugin.client(given, { channel });
    await methodAt(client, method)(...args);
    await told();
    expect(sent.map(({ messageId }) => messageId)).toEqual(ids);
  },
);

test('it is told the call where the message in it is not known', async () => {
  const { plugin, sent } = await start();
  const send = (..._args: unknown[]) => Promise.resolve({});
  const given = { sendMessage: send, sendPhoto: send };
  const client = plugin.client(given, { channel: 'telegram' });
  await client.sendMessage(7, 'one', { parseMode: 'HTML' });
  await client.sendPhoto(7, 'p1', { caption: 'two' });
  await told();
  expect(sent.map(({ message }) => message)).toEqual([
    { text: 'one', parseMode: 'HTML' },
    { method: 'sendPhoto', arguments: ['p1', { caption: 'two' }] },
  ]);
});

test('it has no context outside of events, and none at all without Bottender', async () => {
  const { bot, plugin, sent, contexts } = await start();
  await bot.say('hello');
  await plugin
    .client(clientFor(bot.emulator))
    .as('adam')
    .sendText(CUSTOMER, 'one');
  await told();
  expect(contexts).toEqual([null]);
  expect(sent[0]).toMatchObject({ account: PAGE.id, recipient: CUSTOMER });

  const onSent = jest.fn();
  const clients = personaClients({ directory, onSent });
  await clients
    .client(clientFor(bot.emulator))
    .as('adam')
    .sendText(CUSTOMER, 'two');
  await told();
  expect(onSent.mock.calls).toEqual([
    [expect.objectContaining({ persona: 'adam', message: { text: 'two' } })],
  ]);
});
