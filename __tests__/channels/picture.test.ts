import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { personas, type PersonaContext } from 'bottender-persona';

import {
  draw,
  READERS,
  type Panel,
  type Turn,
} from '../../scripts/channelsPicture';
import { startOn, type ChannelName } from '../support/channels';
import { ROOT } from '../support/docs';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const PICTURE = path.join(ROOT, 'docs/channels.svg');

/** As the messages of the bot's own are shown. */
const PANELS: [channel: ChannelName, title: string, itself: string][] = [
  ['line', 'LINE', 'The official account'],
  ['slack', 'Slack', 'The app'],
  ['viber', 'Viber', 'The bot'],
  ['telegram', 'Telegram, with signText', 'The bot'],
];

/** What the customer says before the bot's message of this number. */
const ASKED: Readonly<Record<number, string>> = {
  0: 'Hi',
  1: 'My bill is too high.',
  4: 'March. It says 420 instead of 42.',
  5: 'Of course!',
};

async function converse(context: PersonaContext): Promise<void> {
  await context.sendText('Welcome! What is it about?');
  await context.withPersona('adam', async () => {
    await context.sendText('Hello! A bill?');
    await context.sendText('I will fetch Eve.');
  });
  await context.as('eve').sendText('Which month?');
  await context.withEphemeralPersona(profile('Dr. Chen'), () =>
    context.sendText('May I look at it?'),
  );
  await context.sendText('Anything else?');
}

test('docs/channels.svg shows the requests that each platform gets', async () => {
  const panels: Panel[] = [];
  const faces: (string | undefined)[][] = [];
  for (const [channel, title, itself] of PANELS) {
    const plugin = personas({
      directory: { adam: profile('Adam'), eve: profile('Eve') },
      signText: (text, { name }) => `${name}: ${text}`,
    });
    const bot = await startOn(channel, {
      plugins: [plugin],
      sendMethod: 'push',
    });
    const sent = await bot.run(converse);
    expect(bot.errors).toEqual([]);
    const messages = sent.flatMap(({ body }) => READERS[channel]?.(body) ?? []);
    faces.push(messages.map(({ name }) => name));
    const turns = messages.flatMap((message, index): Turn[] => {
      const customer = ASKED[index];
      return customer === undefined ? [message] : [{ customer }, message];
    });
    panels.push({ title, defaultSender: itself, turns });
  }
  const spoken = [undefined, 'Adam', 'Adam', 'Eve', 'Dr. Chen', undefined];
  const onViber = spoken.map((name) => name ?? 'The bot');
  expect(faces).toEqual([spoken, spoken, onViber, spoken.map(() => undefined)]);
  const drawn = draw(panels);
  if (process.env.PICTURE === 'write') writeFileSync(PICTURE, drawn);
  expect(readFileSync(PICTURE, 'utf8')).toBe(drawn);
});
