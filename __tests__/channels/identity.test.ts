/** Personas may have the same name: who is meant, and who was refused, is never a question of the name that is shown. */
import type { LineContext } from 'bottender';
import {
  personas,
  type PersonaContext,
  type PersonaRefusedError,
} from 'bottender-persona';

import {
  CHANNEL_NAMES,
  FIXTURES,
  type AnswerTo,
  type ChannelName,
  type Recorded,
  startOn,
} from '../support/channels';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const picture = (name: string) => `https://example.com/${name}.png`;
const ADAM = { name: 'Adam', profilePictureUrl: picture('good') };
const REFUSED_ADAM = { name: 'Adam', profilePictureUrl: picture('bad') };

/** Name and picture of each message, where the channel shows them; else its text. */
function shownOn(channel: ChannelName, sent: readonly Recorded[]): string[] {
  return sent
    .flatMap(({ body }) => FIXTURES[channel].shown(body))
    .map(({ name, picture: shown, text }) =>
      name === undefined ? text : `${name} ${shown}`,
    );
}

describe('a picture that LINE refuses', () => {
  const answer: AnswerTo = ({ body }) => {
    const messages = body.messages as { sender?: { iconUrl?: string } }[];
    const details = messages.flatMap(({ sender }, index) =>
      sender?.iconUrl === REFUSED_ADAM.profilePictureUrl
        ? [{ message: 'bad', property: `messages[${index}].sender.iconUrl` }]
        : [],
    );
    return details.length === 0
      ? undefined
      : { status: 400, body: { details } };
  };
  const say = (context: PersonaContext<LineContext>, text: string) =>
    context.sendText(text);

  test.each<[string, (context: PersonaContext<LineContext>) => unknown]>([
    [
      'of an ephemeral one',
      (context) =>
        context.withEphemeralPersona(ADAM, () => say(context, 'two')),
    ],
    [
      'of the directory',
      (context) => context.withPersona('Adam', () => say(context, 'two')),
    ],
  ])('affects no other persona with the same name, %s', async (_of, speak) => {
    const onRefused = jest.fn();
    const plugin = personas({ directory: { Adam: ADAM }, onRefused });
    const bot = await startOn('line', { plugins: [plugin], answer });
    const refuse = (context: PersonaContext<LineContext>) =>
      context.withEphemeralPersona(REFUSED_ADAM, () => say(context, 'one'));
    expect(shownOn('line', await bot.run(refuse))).toEqual([
      `Adam ${REFUSED_ADAM.profilePictureUrl}`,
      'one',
    ]);
    expect(shownOn('line', await bot.run(speak))).toEqual([
      `Adam ${ADAM.profilePictureUrl}`,
    ]);
    // Remembered for the one that was refused.
    expect(shownOn('line', await bot.run(refuse))).toEqual(['one']);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(bot.errors).toEqual([]);
  });
});

describe.each(CHANNEL_NAMES)('on %s', (channel) => {
  const { hasPictures } = FIXTURES[channel];
  const shown = (name: string) => `Adam ${picture(name)}`;

  test('a name of the directory means its persona, even in the block of an ephemeral one with that display name', async () => {
    const plugin = personas({
      directory: { Adam: { ...ADAM, name: 'Adam Z.' } },
      signText: (_text, { name }) => name,
    });
    const batched = { plugins: [plugin], shouldBatch: true };
    const bot = await startOn(channel, batched);
    const sent = await bot.run((context: PersonaContext) =>
      context.withEphemeralPersona(REFUSED_ADAM, async ({ id }) => {
        await context.sendText('guest');
        await context.as('Adam').sendText('directory');
        await context.withPersona(id, () => context.sendText('guest'));
        await context.as(context.persona).sendText('guest');
      }),
    );
    const guest = hasPictures ? shown('bad') : 'Adam';
    const named = hasPictures ? `Adam Z. ${picture('good')}` : 'Adam Z.';
    expect(bot.errors).toEqual([]);
    expect(shownOn(channel, sent)).toEqual([guest, named, guest, guest]);
  });

  test('the IDs of two nested personas with one name are told apart', async () => {
    const plugin = personas({ signText: (text) => text });
    const bot = await startOn(channel, {
      plugins: [plugin],
      shouldBatch: true,
    });
    const sent = await bot.run((context: PersonaContext) =>
      context.withEphemeralPersona(ADAM, (outer) =>
        context.withEphemeralPersona(REFUSED_ADAM, async (inner) => {
          expect(outer.id).toBe('Adam');
          expect(inner.id).not.toBe(outer.id);
          await context.as(outer.id).sendText('outer');
          await context.as(inner.id).sendText('inner');
        }),
      ),
    );
    expect(bot.errors).toEqual([]);
    expect(shownOn(channel, sent)).toEqual(
      hasPictures ? [shown('good'), shown('bad')] : ['outer', 'inner'],
    );
  });
});

test('the ID of a persona in a block is no ID, and none of another persona', async () => {
  const directory = { 'Adam (2)': profile('Eve') };
  const bot = await startOn('line', { plugins: [personas({ directory })] });
  const ids: (string | null)[] = [];
  await bot.run((context: PersonaContext) =>
    context.withEphemeralPersona(ADAM, (outer) =>
      context.withEphemeralPersona(REFUSED_ADAM, (inner) =>
        context.withEphemeralPersona({ ...ADAM, name: '7' }, (other) => {
          ids.push(outer.id, inner.id, other.id);
        }),
      ),
    ),
  );
  expect(bot.errors).toEqual([]);
  expect(ids).toEqual(['Adam', 'Adam (3)', '7 (2)']);
});

describe('if LINE does not say which message it refuses', () => {
  /** As https://github.com/cofacts/rumors-line-bot/pull/402 has it. */
  const message = 'sender.name length is invalid';
  interface LineMessage {
    text: string;
    sender?: { name: string };
  }
  const refusing =
    (name: string): AnswerTo =>
    ({ body }) =>
      (body.messages as LineMessage[]).some(
        ({ sender }) => sender?.name === name,
      )
        ? { status: 400, body: { message } }
        : undefined;
  const namesIn = (sent: Recorded[]) =>
    sent.map(({ body }) =>
      (body.messages as LineMessage[]).map(({ sender }) => sender?.name),
    );
  const directory = { adam: profile('Adam'), eve: profile('Eve') };

  function start(name: string, shouldBatch: boolean) {
    const onRefused = jest.fn();
    const plugin = personas({ directory, onRefused });
    const told = () =>
      onRefused.mock.calls.map(
        ([{ reason }, { persona }]: [
          PersonaRefusedError,
          { persona: string },
        ]) => [reason, persona],
      );
    const setup = { plugins: [plugin], answer: refusing(name), shouldBatch };
    return startOn('line', setup).then((bot) => ({ bot, plugin, told }));
  }

  test('the only profile of a request is remembered as refused', async () => {
    const { bot, told } = await start('Adam', false);
    const say = (context: PersonaContext<LineContext>) =>
      context.as('adam').reply([
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ]);
    expect(namesIn(await bot.run(say))).toEqual([
      ['Adam', 'Adam'],
      [undefined, undefined],
    ]);
    expect(namesIn(await bot.run(say))).toEqual([[undefined, undefined]]);
    expect(told()).toEqual([['channel', 'adam']]);
    expect(bot.errors).toEqual([]);
  });

  test('several profiles are all left out once, and none is remembered', async () => {
    const { bot, told } = await start('Adam', true);
    const say = (context: PersonaContext<LineContext>) => {
      void context.as('adam').sendText('one');
      void context.as('eve').sendText('two');
      void context.as(null).sendText('three');
    };
    const none = [undefined, undefined, undefined];
    const both = [['Adam', 'Eve', undefined], none];
    expect(namesIn(await bot.run(say))).toEqual(both);
    expect(namesIn(await bot.run(say))).toEqual(both);
    expect(told()).toEqual([
      ['channel', 'adam'],
      ['channel', 'eve'],
      ['channel', 'adam'],
      ['channel', 'eve'],
    ]);
    expect(bot.errors).toEqual([]);
  });

  test('with a sender that the caller passed, nothing is remembered, and the error is passed on', async () => {
    const { bot } = await start('Mine', false);
    const say = (context: PersonaContext<LineContext>) =>
      context.as('adam').reply([
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two', sender: { name: 'Mine' } },
      ]);
    const both = [
      ['Adam', 'Mine'],
      [undefined, 'Mine'],
    ];
    expect(namesIn(await bot.run(say))).toEqual(both);
    expect(namesIn(await bot.run(say))).toEqual(both);
    expect(bot.errors).toHaveLength(2);
  });
});

test('a picture whose URL is too long for LINE is left out, with a warning', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
  const picture = (length: number) =>
    'https://example.com/'.padEnd(length, 'a');
  const adam = { name: 'Adam', profilePictureUrl: picture(1000) };
  const eve = { name: 'Eve', profilePictureUrl: picture(1001) };
  const plugin = personas({ directory: { adam, eve } });
  const bot = await startOn('line', { plugins: [plugin], sendMethod: 'push' });
  const sent = await bot.run(async (context: PersonaContext<LineContext>) => {
    await context.as('adam').pushText('hi');
    await context.as('eve').pushText('hi');
  });
  expect(sent.map(({ body }) => body.messages)).toMatchObject([
    [{ sender: { name: 'Adam', iconUrl: picture(1000) } }],
    [{ sender: { name: 'Eve' } }],
  ]);
  expect(JSON.stringify(sent)).not.toContain(picture(1001));
  expect(warn.mock.calls.map(([warning]) => String(warning))).toEqual([
    expect.stringMatching(
      /at most 1000 characters: "Eve" speaks there without/,
    ),
  ]);
});
