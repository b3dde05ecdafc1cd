import type { LineContext, SlackContext } from 'bottender';
import {
  personas,
  PersonaRefusedError,
  type PersonaContext,
} from 'bottender-persona';

import {
  CHANNEL_NAMES,
  FIXTURES,
  startOn,
  type AnswerTo,
  type Recorded,
} from '../support/channels';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Line = PersonaContext<LineContext>;
type Slack = PersonaContext<SlackContext>;

const directory = { adam: profile('Adam'), line: profile('LINE Adam') };
const signText = (text: string, { name }: { name: string }) =>
  `${name}: ${text}`;

function plugin(options: Parameters<typeof personas>[0] = {}) {
  const onRefused = jest.fn();
  return {
    onRefused,
    plugin: personas({ directory, signText, onRefused, ...options }),
    /** The reasons and personas of the calls of `onRefused`. */
    told: () =>
      onRefused.mock.calls.map(
        ([error, { persona }]: [PersonaRefusedError, { persona: string }]) => [
          error.reason,
          persona,
        ],
      ),
  };
}

test.each(CHANNEL_NAMES)(
  'on %s, an error that is not about the speaker is passed on, and nothing is sent again',
  async (channel) => {
    const { plugin: refusing, told } = plugin();
    const bot = await startOn(channel, {
      plugins: [refusing],
      answer: () => ({ status: 500, body: {} }),
    });
    const say = (persona: string | null) =>
      bot.run((context: PersonaContext) =>
        context.withPersona(persona, () => context.sendText('one')),
      );
    expect(await say('adam')).toHaveLength(1);
    expect(await say(null)).toHaveLength(1);
    const [ofAdam, ofBot] = bot.errors as Error[];
    expect(ofAdam).toBeInstanceOf(Error);
    expect(ofAdam?.message).toBe(ofBot?.message);
    expect(bot.errors).toHaveLength(2);
    expect(told()).toEqual([]);
  },
);

describe('LINE', () => {
  interface LineMessage {
    text: string;
    sender?: { name: string };
  }
  const messagesOf = ({ body }: Recorded) => body.messages as LineMessage[];
  const spoken = (sent: Recorded[]) =>
    sent.map((request) =>
      messagesOf(request).map(({ text, sender }) => [text, sender?.name]),
    );

  /** As the reference shows errors: names with LINE in them are not taken. */
  const answer: AnswerTo = (request) => {
    const details = messagesOf(request).flatMap(({ sender }, index) =>
      sender?.name.includes('LINE')
        ? [
            {
              message: 'May not be used',
              property: `messages[${index}].sender.name`,
            },
          ]
        : [],
    );
    if (details.length === 0) return undefined;
    const message = `The request body has ${details.length} error(s)`;
    return { status: 400, body: { message, details } };
  };

  test.each(['reply', 'push'] as const)(
    'a refused sender is left out in a second attempt, reported and remembered: %s',
    async (sendMethod) => {
      const { plugin: refusing, onRefused, told } = plugin();
      const bot = await startOn('line', {
        plugins: [refusing],
        answer,
        sendMethod,
      });
      const say = (context: Line) =>
        context.withPersona('line', () => context.sendText('one'));
      expect(spoken(await bot.run(say))).toEqual([
        [['one', 'LINE Adam']],
        [['LINE Adam: one', undefined]],
      ]);
      expect(told()).toEqual([['channel', 'line']]);
      const [[error]] = onRefused.mock.calls as [[PersonaRefusedError]];
      expect(error.message).toMatch(
        /"line" cannot speak on LINE: messages\[0\]\.sender\.name: May not be used \(HTTP 400\)\./,
      );
      expect(spoken(await bot.run(say))).toEqual([
        [['LINE Adam: one', undefined]],
      ]);
      expect(
        spoken(
          await bot.run((context: Line) =>
            context.withPersona('adam', () => context.sendText('two')),
          ),
        ),
      ).toEqual([[['two', 'Adam']]]);
      expect(told()).toHaveLength(1);
      expect(bot.errors).toEqual([]);
    },
  );

  test.each(['reply', 'push'] as const)(
    'in a batch that is sent after the handler, only the sender that LINE names is left out: %s',
    async (sendMethod) => {
      const { plugin: refusing, told } = plugin();
      const bot = await startOn('line', {
        plugins: [refusing],
        answer,
        sendMethod,
        shouldBatch: true,
      });
      const sent = await bot.run(async (context: Line) => {
        await context.withPersona('adam', async () => {
          expect(context.sendText('one')).toBeUndefined();
          await context.withPersona('line', () => context.sendText('two'));
        });
        await context.withEphemeralPersona(profile('The LINE'), () =>
          context.send([{ type: 'text', text: 'three' }]),
        );
        void context.sendText('four');
      });
      expect(spoken(sent)).toEqual([
        [
          ['one', 'Adam'],
          ['two', 'LINE Adam'],
          ['three', 'The LINE'],
          ['four', undefined],
        ],
        [
          ['one', 'Adam'],
          ['LINE Adam: two', undefined],
          ['The LINE: three', undefined],
          ['four', undefined],
        ],
      ]);
      expect(told()).toEqual([
        ['channel', 'line'],
        ['channel', 'The LINE'],
      ]);
      expect(bot.errors).toEqual([]);
    },
  );

  test("with 'throw' the send rejects, and nothing is sent again", async () => {
    const { plugin: throwing } = plugin({ refusedPersona: 'throw' });
    const bot = await startOn('line', { plugins: [throwing], answer });
    const say = (context: Line) =>
      context.withPersona('line', () => context.replyText('one'));
    expect(await bot.run(say)).toHaveLength(1);
    expect(await bot.run(say)).toHaveLength(0);
    const refused = expect.objectContaining({ reason: 'channel' }) as unknown;
    expect(bot.errors).toEqual([refused, refused]);
  });

  const body = (property: string) => ({
    message: 'The request body has 1 error(s)',
    details: [{ message: 'invalid', property }],
  });
  test.each<[string, { status: number; body: object }]>([
    ['another field', { status: 400, body: body('messages[0].text') }],
    ['a field like it', { status: 400, body: body('messages[0].senders') }],
    [
      'a message that is not ours',
      { status: 400, body: body('messages[7].sender') },
    ],
    ['no details', { status: 400, body: { message: 'Invalid sender' } }],
    ['another status', { status: 500, body: body('messages[0].sender.name') }],
    ['a limit', { status: 429, body: { message: 'sender' } }],
  ])(
    'any other error is passed on, and nothing is sent again: %s',
    async (_what, failure) => {
      const { plugin: refusing, onRefused } = plugin();
      const bot = await startOn('line', {
        plugins: [refusing],
        answer: () => failure,
      });
      const sent = await bot.run((context: Line) =>
        context.withPersona('adam', () => context.replyText('one')),
      );
      expect(sent).toHaveLength(1);
      expect(bot.errors).toEqual([
        expect.objectContaining({ name: 'AxiosError', status: failure.status }),
      ]);
      expect(onRefused).not.toHaveBeenCalled();
    },
  );

  test('a sender that the caller passed is never left out', async () => {
    const { plugin: refusing, onRefused } = plugin();
    const bot = await startOn('line', { plugins: [refusing], answer });
    const sent = await bot.run((context: Line) =>
      context.withPersona('adam', () =>
        context.replyText('one', { sender: { name: 'my LINE' } }),
      ),
    );
    expect(sent).toHaveLength(1);
    expect(bot.errors).toHaveLength(1);
    expect(onRefused).not.toHaveBeenCalled();
  });

  test('a second reply still throws', async () => {
    const { plugin: any } = plugin();
    const bot = await startOn('line', { plugins: [any] });
    await bot.run(async (context: Line) => {
      context.usePersona('adam');
      await context.replyText('one');
      expect(() => context.replyText('two')).toThrow('multiple times');
    });
    expect(bot.errors).toEqual([]);
  });

  test('context.client is the original client, and sends its arguments unchanged', async () => {
    const { plugin: any } = plugin();
    const clients: unknown[] = [];
    const bot = await startOn('line', {
      plugins: [(context: Line) => void clients.push(context.client)],
      answer,
    });
    await bot.run(() => undefined);
    const covered = await startOn('line', {
      plugins: [(context: Line) => void clients.push(context.client), any],
    });
    const sent = await covered.run(async (context: Line) => {
      expect(context.client).toBe(clients.at(-1));
      context.usePersona('adam');
      await context.client.pushText('U1', 'plain');
    });
    expect(spoken(sent)).toEqual([[['plain', undefined]]]);
  });

  test('wrappers of other plugins run once', async () => {
    const { plugin: refusing } = plugin();
    const wrapped = jest.fn();
    const bot = await startOn('line', {
      plugins: [
        (context: Line) => {
          const original = context.replyText;
          Object.assign(context, {
            replyText: async (text: string, options: object) => {
              wrapped(text, options);
              await Promise.resolve();
              return original.call(context, `${text}!`, options);
            },
          });
        },
        refusing,
      ],
      answer,
    });
    const sent = await bot.run((context: Line) =>
      context.withPersona('line', () => context.replyText('one')),
    );
    expect(wrapped).toHaveBeenCalledTimes(1);
    expect(wrapped).toHaveBeenCalledWith('one', undefined);
    expect(spoken(sent)).toEqual([
      [['one!', 'LINE Adam']],
      [['LINE Adam: one!', undefined]],
    ]);
  });
});

describe('Slack', () => {
  const spoken = (sent: Recorded[]) =>
    sent.map(({ body: { text, username, icon_url } }) => [
      text,
      username,
      icon_url !== undefined,
    ]);
  const refuse =
    (failure: object): AnswerTo =>
    ({ body }) =>
      body.username === undefined
        ? undefined
        : { body: { ok: false, ...failure } };

  test.each([
    [
      {
        error: 'missing_scope',
        needed: 'chat:write.customize',
        provided: 'chat:write',
      },
    ],
    [{ error: 'missing_scope' }],
    [{ error: 'not_allowed_token_type' }],
  ])(
    '%j: the message is sent once more without a persona, and reported and remembered for every persona',
    async (failure) => {
      const { plugin: refusing, told, onRefused } = plugin();
      const bot = await startOn('slack', {
        plugins: [refusing],
        answer: refuse(failure),
      });
      const sent = await bot.run(async (context: Slack) => {
        context.usePersona('adam');
        await context.sendText('one');
        await context.sendText('two');
        await context.withPersona('line', async () => {
          await context.chat.postMessage({ text: 'three' });
          await context.chat.postEphemeral({ text: 'four' });
        });
      });
      expect(bot.errors).toEqual([]);
      expect(spoken(sent)).toEqual([
        ['one', 'Adam', true],
        ['Adam: one', undefined, false],
        ['Adam: two', undefined, false],
        ['LINE Adam: three', undefined, false],
        ['LINE Adam: four', undefined, false],
      ]);
      expect(told()).toEqual([['channel', 'adam']]);
      const [[error]] = onRefused.mock.calls as [[PersonaRefusedError]];
      expect(error.message).toContain(
        `cannot speak on Slack: ${failure.error}`,
      );
      expect(error.message).toContain('chat:write.customize');
    },
  );

  test.each([
    'chat.postMessage',
    'chat.postEphemeral',
    'postMessage',
    'postEphemeral',
  ])('the same for %s', async (path) => {
    const { plugin: refusing, told } = plugin();
    const bot = await startOn('slack', {
      plugins: [refusing],
      answer: refuse({ error: 'missing_scope' }),
    });
    const [, method = path] = path.split('.');
    const sent = await bot.run(async (context: Slack) => {
      context.usePersona('adam');
      const holder = path === method ? context : context.chat;
      const post = Reflect.get(holder, method) as (o: object) => unknown;
      await post.call(holder, { text: 'one', threadTs: '9' });
    });
    expect(bot.errors).toEqual([]);
    expect(spoken(sent)).toEqual([
      ['one', 'Adam', true],
      ['Adam: one', undefined, false],
    ]);
    const [first, second] = sent.map(({ path: to, body }) => ({
      to,
      thread: body.thread_ts,
    }));
    expect(second).toEqual(first);
    expect(told()).toHaveLength(1);
  });

  test('another missing scope, or any other error, is passed on, and nothing is sent again', async () => {
    const failures = [
      { error: 'missing_scope', needed: 'chat:write' },
      { error: 'channel_not_found' },
      { error: 'ratelimited' },
    ];
    for (const failure of failures) {
      const { plugin: refusing, onRefused } = plugin();
      const bot = await startOn('slack', {
        plugins: [refusing],
        answer: refuse(failure),
      });
      const sent = await bot.run((context: Slack) =>
        context.withPersona('adam', () => context.sendText('one')),
      );
      expect(sent).toHaveLength(1);
      expect(bot.errors).toEqual([
        expect.objectContaining({ message: `Slack API - ${failure.error}` }),
      ]);
      expect(onRefused).not.toHaveBeenCalled();
    }
  });

  test('a refusal counts for its token only, and is reported for each token', async () => {
    const { plugin: refusing, told } = plugin();
    const answer: AnswerTo = (request) =>
      request.body.token === 'xoxb-ONE'
        ? refuse({ error: 'missing_scope' })(request)
        : undefined;
    const say = (context: Slack) =>
      context.withPersona('adam', () => context.sendText('one'));
    const plugins = [refusing];
    const one = await startOn('slack', {
      plugins,
      answer,
      accessToken: 'xoxb-ONE',
    });
    expect(spoken(await one.run(say))).toHaveLength(2);
    expect(spoken(await one.run(say))).toEqual([
      ['Adam: one', undefined, false],
    ]);
    const two = await startOn('slack', { plugins, answer });
    expect(spoken(await two.run(say))).toEqual([['one', 'Adam', true]]);
    const three = await startOn('slack', {
      plugins,
      answer: refuse({ error: 'missing_scope' }),
      accessToken: 'xoxb-THREE',
    });
    expect(spoken(await three.run(say))).toHaveLength(2);
    expect(told()).toEqual([
      ['channel', 'adam'],
      ['channel', 'adam'],
    ]);
  });

  test("with 'throw' the send rejects, and nothing is sent again", async () => {
    const { plugin: throwing } = plugin({ refusedPersona: 'throw' });
    const bot = await startOn('slack', {
      plugins: [throwing],
      answer: refuse({ error: 'missing_scope' }),
    });
    const sent = await bot.run((context: Slack) =>
      context.withPersona('adam', () => context.sendText('one')),
    );
    expect(sent).toHaveLength(1);
    expect(bot.errors).toEqual([expect.any(PersonaRefusedError)]);
  });

  test.each(['send-as-page', 'throw'] as const)(
    'an "ok" that shows another name is reported once, and nothing is sent again: %s',
    async (refusedPersona) => {
      const { plugin: ignored, told, onRefused } = plugin({ refusedPersona });
      const bot = await startOn('slack', {
        plugins: [ignored],
        answer: () => ({
          body: {
            ok: true,
            ts: '1',
            message: { text: 'a', username: 'My app' },
          },
        }),
      });
      const sent = await bot.run(async (context: Slack) => {
        context.usePersona('adam');
        await context.sendText('one');
        await context.chat.postMessage({ text: 'two' });
        await context.withPersona('line', () => context.sendText('three'));
      });
      expect(bot.errors).toEqual([]);
      expect(spoken(sent)).toEqual([
        ['one', 'Adam', true],
        ['two', 'Adam', true],
        ['three', 'LINE Adam', true],
      ]);
      expect(told()).toEqual([['ignored', 'adam']]);
      const [[error]] = onRefused.mock.calls as [[PersonaRefusedError]];
      expect(error.message).toContain('Slack showed it as "My app"');
    },
  );

  test('a name that Slack returns with its escapes counts as shown', async () => {
    const {
      plugin: escaping,
      told,
      onRefused,
    } = plugin({
      directory: { pair: profile('A & B <x>'), adam: profile('Adam') },
    });
    const bot = await startOn('slack', {
      plugins: [escaping],
      answer: ({ body }) => ({
        body: {
          ok: true,
          ts: '1',
          message: {
            username:
              body.text === 'one' ? 'A &amp; B &lt;x&gt;' : 'R&amp;amp;D',
          },
        },
      }),
    });
    await bot.run((context: Slack) => context.as('pair').sendText('one'));
    expect(told()).toEqual([]);
    await bot.run((context: Slack) => context.as('adam').sendText('two'));
    expect(told()).toEqual([['ignored', 'adam']]);
    const [[error]] = onRefused.mock.calls as [[PersonaRefusedError]];
    expect(error.message).toContain('Slack showed it as "R&amp;D"');
  });

  test('wrappers of other plugins run once', async () => {
    const { plugin: refusing } = plugin();
    const wrapped = jest.fn();
    const bot = await startOn('slack', {
      plugins: [
        (context: Slack) => {
          const original = context.chat.postMessage;
          context.chat.postMessage = (options) => {
            wrapped(options);
            return original(options);
          };
        },
        refusing,
      ],
      answer: refuse({ error: 'missing_scope' }),
    });
    const sent = await bot.run((context: Slack) =>
      context.withPersona('adam', () =>
        context.chat.postMessage({ text: 'one' }),
      ),
    );
    expect(wrapped).toHaveBeenCalledTimes(1);
    expect(spoken(sent)).toEqual([
      ['one', 'Adam', true],
      ['Adam: one', undefined, false],
    ]);
  });
});

describe('without onRefused, a process warning', () => {
  test.each(CHANNEL_NAMES)('in the words of %s', async (channel) => {
    const { title, defaultSender } = FIXTURES[channel];
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const bot = await startOn(channel, { plugins: [personas({ directory })] });
    await bot.run((context: PersonaContext) =>
      context.withPersona('adan', () => context.sendText('one')),
    );
    expect(bot.errors).toEqual([]);
    const warnings = warn.mock.calls.map(([warning]) => String(warning));
    expect(warnings).toEqual([
      `The persona "adan" cannot speak on ${title}: it is neither an ID nor a name of the directory (did you mean "adam"?). ` +
        `Correct the name, or put it into the directory. ${defaultSender} speaks instead.`,
    ]);
  });

  test('for initialPersona, and for a refusal on each channel', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const plugin = personas({
      directory,
      initialPersona: () => Promise.reject(new Error('no such row')),
    });
    for (const channel of ['viber', 'slack'] as const) {
      const bot = await startOn(channel, { plugins: [plugin] });
      await bot.run(async (context: PersonaContext) => {
        await context.sendText('one');
        await context.withPersona('adan', () => context.sendText('two'));
      });
    }
    const warnings = warn.mock.calls.map(([warning]) => String(warning));
    expect(warnings).toEqual([
      expect.stringMatching(
        /on Viber: no such row\. .*The bot speaks instead\.$/,
      ),
      expect.stringMatching(/"adan" cannot speak on Viber: /),
      expect.stringMatching(
        /on Slack: no such row\. .*The app speaks instead\.$/,
      ),
      expect.stringMatching(/"adan" cannot speak on Slack: /),
    ]);
  });
});

test('a sender that the caller passes is not affected by an earlier refusal of a persona', async () => {
  const { plugin: throwing, told } = plugin({ refusedPersona: 'throw' });
  const bot = await startOn('line', { plugins: [throwing] });
  const sent = await bot.run((context: Line) =>
    context.withPersona('adan', () =>
      context.replyText('one', { sender: { name: 'Mine' } }),
    ),
  );
  expect(bot.errors).toEqual([]);
  expect(JSON.stringify(sent)).toContain('"sender":{"name":"Mine"}');
  expect(told()).toEqual([]);
});
