import {
  personas,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';

import {
  CHANNEL_NAMES,
  FIXTURES,
  startOn,
  type ChannelName,
  type Recorded,
} from '../support/channels';
import { profile } from '../support/personas';

beforeEach(() => {
  // Bottender has much to say about what is deprecated.
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const ADAM = profile('Adam');
const EVE = { id: '77', ...profile('Eve') };
const OPTIONS: PersonasOptions = {
  directory: { adam: ADAM, eve: EVE, desk: '88' },
  initialPersona: 'adam',
  signText: (text, { name }) => `${name}: ${text}`,
};

/** The same bot and conversation on every channel. */
async function converse(context: PersonaContext): Promise<void> {
  await context.sendText('one');
  await context.withPersona('eve', async () => {
    await context.sendText('two');
    context.usePersona(null);
    await context.sendText('three');
  });
  await context.withEphemeralPersona(profile('Guest'), async (persona) => {
    expect(persona).toEqual({ id: 'Guest', ...profile('Guest') });
    expect(context.persona).toBe('Guest');
    await context.sendText('four');
    await context.withPersona('adam', async () => {
      context.usePersona(String(persona.id));
      await context.sendText('five');
    });
  });
  const eve = context.as('77');
  await context.withPersona('adam', () => eve.sendText('six'));
  context.usePersona('desk');
  await context.sendText('seven');
  context.usePersona('99');
  await context.sendText('eight', { personaId: 'adam' });
  await context.sendText('nine');
}

const SPOKEN: [text: string, name: string | null][] = [
  ['one', 'Adam'],
  ['two', 'Eve'],
  ['three', null],
  ['four', 'Guest'],
  ['five', 'Guest'],
  ['six', 'Eve'],
  ['seven', null],
  ['eight', 'Adam'],
  ['nine', null],
];

const picture = (name: string) => profile(name).profilePictureUrl;
const signedText = (text: string, name: string | null) =>
  name === null ? text : `${name}: ${text}`;

/** What comes to the platform for each text, to the byte. */
function requestFor(
  channel: ChannelName,
  text: string,
  name: string | null,
): Recorded {
  const { request, hasPictures } = FIXTURES[channel];
  if (name === null) return request({ text });
  return request(
    hasPictures
      ? { text, name, picture: picture(name) }
      : { text: signedText(text, name) },
  );
}

describe.each(CHANNEL_NAMES)('on %s', (channel) => {
  test('the same bot shows the same names and pictures', async () => {
    const onRefused = jest.fn();
    const bot = await startOn(channel, {
      plugins: [personas({ ...OPTIONS, onRefused })],
      sendMethod: 'push',
    });
    const sent = await bot.run(converse);
    expect(bot.errors).toEqual([]);
    expect(sent).toEqual(
      SPOKEN.map(([text, name]) => requestFor(channel, text, name)),
    );
    expect(onRefused).not.toHaveBeenCalled();
  });

  test('without a persona, the requests are those of Bottender alone', async () => {
    const speak = async (context: PersonaContext) => {
      for (const text of ['one', 'two']) await context.sendText(text);
    };
    const bare = await startOn(channel, { sendMethod: 'push' });
    const bot = await startOn(channel, {
      plugins: [personas()],
      sendMethod: 'push',
    });
    const sent = await bot.run(speak);
    expect(sent).toHaveLength(2);
    expect(JSON.stringify(sent)).toBe(JSON.stringify(await bare.run(speak)));
  });

  test('an unknown name is reported once with the closest match, and the message has no persona', async () => {
    const onRefused = jest.fn();
    const plugin = personas({ ...OPTIONS, initialPersona: null, onRefused });
    const bot = await startOn(channel, {
      plugins: [plugin],
      sendMethod: 'push',
    });
    const sent = await bot.run(async (context: PersonaContext) => {
      context.usePersona('adan');
      await context.sendText('one');
      await context.sendText('two');
    });
    expect(bot.errors).toEqual([]);
    expect(sent).toEqual([
      requestFor(channel, 'one', null),
      requestFor(channel, 'two', null),
    ]);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(onRefused).toHaveBeenCalledWith(
      expect.objectContaining({
        reason: 'unknown',
        message: expect.stringContaining('did you mean "adam"') as string,
      }),
      expect.objectContaining({ persona: 'adan' }),
    );
  });

  test('an unknown name rejects with refusedPersona "throw"', async () => {
    const bot = await startOn(channel, {
      plugins: [personas({ refusedPersona: 'throw' })],
      sendMethod: 'push',
    });
    const sent = await bot.run((context: PersonaContext) =>
      context.withPersona('adan', () => context.sendText('one')),
    );
    expect(sent).toEqual([]);
    expect(bot.errors).toEqual([
      expect.objectContaining({ reason: 'unknown' }),
    ]);
  });

  test('errors of handlers are passed on, and invalid personas are rejected at once', async () => {
    const error = new Error('no such order');
    const bot = await startOn(channel, { plugins: [personas()] });
    await bot.run(async (context: PersonaContext) => {
      expect(() => context.usePersona('')).toThrow(/non-empty/);
      await context.withEphemeralPersona(profile('Guest'), () =>
        Promise.reject(error),
      );
    });
    expect(bot.errors).toEqual([error]);
  });
});
