import {
  PersonaRefusedError,
  personas,
  type PersonaContext,
  type PersonaProfile,
  type PersonasOptions,
} from 'bottender-persona';
import fc from 'fast-check';

import { startOn, type AnswerTo, type Recorded } from '../support/channels';
import { profile } from '../support/personas';
import {
  modelOf,
  play,
  programs,
  type Program,
  type Say,
  type SayAs,
  type Speaking,
} from '../support/programs';
import { runs } from '../support/runs';

/** Names of the directory, with and without profiles. */
const DIRECTORY = {
  adam: profile('Adam'),
  eve: { id: '77', ...profile('Eve') },
  desk: '88',
  long: profile('Adam of the Great Market Hall of Gothenburg'),
  short: { ...profile('Berta of the Great Market Hall'), shortName: 'Berta' },
  flags: profile('🇹🇼'.repeat(12)),
  plain: { name: 'Chris', profilePictureUrl: 'http://example.com/c.png' },
  // LINE refuses names that contain its own.
  line: profile('LINE Adam'),
} as const;

const anyName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
  .filter((text) => text.trim() !== '' && [...text].length <= 50);

/** Speakers are names of the directory, IDs, a name that is missing there, and the bot itself. */
const randomPrograms = programs({
  named: [...Object.keys(DIRECTORY), '77', '99', 'Guest', 'adan', null],
  profiles: fc
    .oneof(fc.constant('Guest'), anyName)
    .map((name) => ({ ...profile('Guest'), name })),
  awaits: true,
});

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
  jest.spyOn(process, 'emitWarning').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** One way to say a text on a channel. */
interface Way {
  readonly say: (on: Methods, text: string, options: object) => unknown;
  /** Whether it takes a face of the caller's own. */
  readonly takesMine?: boolean;
}

/** A channel as customers see it. */
interface Platform {
  readonly ways: readonly Way[];
  /** A face as it comes to the platform; left out where none can. */
  readonly face?: (profile: PersonaProfile) => object;
  /** A face of the caller's own, as its options take it, and as it comes. */
  readonly mine?: { readonly given: object; readonly shown: object };
  /** The messages of a request: their text, and the face that came with it. */
  readonly messages: (body: Recorded['body']) => [text: string, face: object][];
}

const sendText: Way = {
  say: (on, text, options) => on.sendText?.(text, options),
};

const inOptions = (method: string): Way => ({
  say: (on, text, options) => on[method]?.(text, options),
  takesMine: true,
});

/** A method of one argument, the message, perhaps in an object such as `chat`. */
const inMessage = (method: string, bundle?: string): Way => ({
  say(on, text, options) {
    const holder = bundle
      ? (Reflect.get(on, bundle) as unknown as Methods)
      : on;
    return holder[method]?.({ text, ...options });
  },
  takesMine: true,
});

const inArray = (method: string): Way => ({
  say: (on, text, options) =>
    on[method]?.([{ type: 'text', text, ...options }]),
  takesMine: true,
});

const MINE = { name: 'Mine' };

function without(object: object, ...keys: string[]): object {
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => !keys.includes(key)),
  );
}

type ChannelName = 'line' | 'slack' | 'viber' | 'telegram' | 'whatsapp';

const PLATFORMS: Record<ChannelName, Platform> = {
  line: {
    ways: [
      { ...sendText, takesMine: true },
      inOptions('pushText'),
      inArray('send'),
      inArray('push'),
    ],
    face: (profile) => ({
      sender: {
        name: nameWithin(profile, 20),
        ...(profile.profilePictureUrl.startsWith('https:') && {
          iconUrl: profile.profilePictureUrl,
        }),
      },
    }),
    mine: { given: { sender: MINE }, shown: { sender: MINE } },
    messages: ({ messages }) =>
      (messages as { text: string }[]).map((message) => [
        message.text,
        without(message, 'type', 'text'),
      ]),
  },
  slack: {
    ways: [
      sendText,
      inMessage('postMessage', 'chat'),
      inMessage('postEphemeral', 'chat'),
      inOptions('postMessage'),
      inMessage('postEphemeral'),
    ],
    face: ({ name, profilePictureUrl }) => ({
      username: name,
      icon_url: profilePictureUrl,
    }),
    mine: { given: { username: 'Mine' }, shown: { username: 'Mine' } },
    messages: ({ text, ...body }) => [
      [String(text), without(body, 'channel', 'thread_ts', 'token', 'user')],
    ],
  },
  viber: {
    ways: [
      { ...sendText, takesMine: true },
      {
        say: (on, text, options) =>
          on.sendMessage?.({ type: 'text', text, ...options }),
        takesMine: true,
      },
    ],
    face: (profile) => ({
      sender: {
        name: nameWithin(profile, 28),
        avatar: profile.profilePictureUrl,
      },
    }),
    mine: { given: { sender: MINE }, shown: { sender: MINE } },
    messages: ({ text, sender, ...body }) => [
      [
        String(text),
        {
          ...without(body, 'receiver', 'type'),
          // Viber's own, where there is no other.
          ...((sender as { name: string }).name !== 'The bot' && { sender }),
        },
      ],
    ],
  },
  telegram: {
    ways: [
      sendText,
      { say: (on, text, options) => on.sendMessage?.(text, options) },
    ],
    messages: ({ text, ...body }) => [[String(text), without(body, 'chat_id')]],
  },
  whatsapp: {
    ways: [sendText],
    messages: ({ Body, ...body }) => [
      [String(Body), without(body, 'From', 'To')],
    ],
  },
};

const sign = (text: string, { name }: { name: string }) => `${name}: ${text}`;

interface Mode {
  readonly channel: ChannelName;
  /** Whether the platform refuses this face. */
  readonly refuses?: (face: object) => boolean;
  readonly answer?: AnswerTo;
  readonly refusedPersona?: PersonasOptions['refusedPersona'];
  readonly shouldBatch?: boolean;
}

/** Half of the variants of a step put a profile of the caller's own into the message. */
function wayOf({ variant }: Say, { ways, mine }: Platform) {
  const way = ways[variant % ways.length];
  const own = variant < 50 && way?.takesMine ? mine : undefined;
  return { way, own };
}

/** What customers see of each message: its text and its profile. Nothing if it is rejected. */
function shownIn(program: Program, mode: Mode): Map<number, unknown[]> {
  const platform = PLATFORMS[mode.channel];
  const throws = mode.refusedPersona === 'throw';
  const speaking = modelOf(program);
  const seenAs = (
    speaking: Speaking | undefined,
    text: string,
  ): unknown[] | undefined => {
    const found = personaOf(speaking);
    if (found === 'unknown' && throws) return undefined;
    if (found === 'unknown' || found === null) return [text, {}];
    const face = platform.face?.(found);
    if (face && !mode.refuses?.(face)) return [text, face];
    if (face && throws) return undefined;
    return [sign(text, found), {}];
  };
  const shown = new Map<number, unknown[]>();
  const walk = (steps: Program['steps']): void => {
    for (const step of steps) {
      if (step.does === 'blocks') step.blocks.forEach((b) => walk(b.steps));
      if (step.does !== 'say' && step.does !== 'say as') continue;
      const text = `t${step.id}`;
      // The caller's own profile wins, even if the speaker's would be refused.
      const own = step.does === 'say' && wayOf(step, platform).own;
      const seen = own
        ? [text, own.shown]
        : seenAs(speaking.get(step.id), text);
      if (seen) shown.set(step.id, seen);
    }
  };
  walk(program.steps);
  return shown;
}

/** The profile that is shown; `null` for the bot itself, and for an ID without a profile. */
function personaOf(
  speaking: Speaking | undefined,
): PersonaProfile | 'unknown' | null {
  const { speaker = null, ephemeral = [] } = speaking ?? {};
  if (speaker === null || typeof speaker === 'object') return speaker;
  const guest = ephemeral.find(({ name }) => name === speaker);
  if (guest) return guest;
  const entries: [string, string | PersonaProfile][] =
    Object.entries(DIRECTORY);
  const found = entries.find(
    ([name, entry]) =>
      name === speaker ||
      (typeof entry === 'object' && 'id' in entry && entry.id === speaker),
  );
  if (found && typeof found[1] === 'object') return found[1];
  return found || /^\d+$/.test(speaker) ? null : 'unknown';
}

/** The longest beginning of the name that fits together with `…`, if the name is too long. */
function nameWithin(
  { name, shortName }: PersonaProfile,
  maxLength: number,
): string {
  if (name.length <= maxLength) return name;
  const chosen = shortName ?? name;
  if (chosen.length <= maxLength) return chosen;
  const letters = [...new Intl.Segmenter().segment(chosen)];
  const beginnings = letters.map(({ index }) => chosen.slice(0, index));
  const fitting = beginnings.filter(({ length }) => length < maxLength);
  return `${fitting.at(-1)?.trimEnd()}…`;
}

/** Plays a program on a context of a channel. */
function playOn(
  program: Program,
  context: PersonaContext,
  platform: Platform,
): Promise<void> {
  return play(program, {
    contexts: [context],
    send(context, step, options) {
      const { way, own } = wayOf(step, platform);
      const on = context as unknown as Methods;
      return way?.say(on, `t${step.id}`, { ...own?.given, ...options });
    },
    async attempt(_step: Say | SayAs, send) {
      try {
        await send();
      } catch (error) {
        if (!(error instanceof PersonaRefusedError)) throw error;
      }
    },
  });
}

/** LINE refuses names that contain its own, and says in which messages. */
const ofLine = (face: object) => JSON.stringify(face).includes('LINE');
const refuseLine: AnswerTo = ({ body }) => {
  const details = PLATFORMS.line
    .messages(body)
    .flatMap(([, face], index) =>
      ofLine(face)
        ? [{ message: 'no', property: `messages[${index}].sender` }]
        : [],
    );
  return details.length > 0
    ? { status: 400, body: { message: 'error', details } }
    : undefined;
};

const ofSlack = (face: object) =>
  'username' in face && face.username !== 'Mine';
const refuseSlack: AnswerTo = ({ body }) =>
  ofSlack(body) ? { body: { ok: false, error: 'missing_scope' } } : undefined;

const takingAll: Mode[] = [
  { channel: 'slack' },
  { channel: 'viber' },
  { channel: 'telegram' },
  { channel: 'whatsapp' },
];
const refusing: Mode[] = [
  { channel: 'line', refuses: ofLine, answer: refuseLine },
  { channel: 'slack', refuses: ofSlack, answer: refuseSlack },
];
const MODES: [string, Mode][] = [
  ...[...takingAll, ...refusing].flatMap((mode): Mode[] => [
    mode,
    { ...mode, refusedPersona: 'throw' },
  ]),
  {
    channel: 'line' as const,
    refuses: ofLine,
    answer: refuseLine,
    shouldBatch: true,
  },
].map((mode) => [
  [
    mode.channel,
    mode.refuses && 'which refuses faces',
    mode.refusedPersona,
    mode.shouldBatch && 'in batches',
  ]
    .filter(Boolean)
    .join(', '),
  mode,
]);

/**
 * Random programs of usePersona, blocks of both kinds, side by side and one in
 * another, speakers, personas and faces of a call's own, compared with a plain
 * model of who speaks: each message is shown once, with that face.
 */
test.each(MODES)('what customers see on %s', async (_what, mode) => {
  const {
    channel,
    refusedPersona = 'send-as-page',
    answer,
    shouldBatch = false,
  } = mode;
  const { messages } = PLATFORMS[channel];
  let initial: string | null = null;
  const plugin = personas({
    directory: DIRECTORY,
    initialPersona: () => initial,
    refusedPersona,
    signText: sign,
    onRefused: () => undefined,
  });
  const bot = await startOn(channel, {
    plugins: [plugin],
    answer,
    sendMethod: 'push',
    shouldBatch,
  });
  await fc.assert(
    fc.asyncProperty(randomPrograms, async (program) => {
      [initial = null] = program.initial;
      const received = await bot.run((context: PersonaContext) =>
        playOn(program, context, PLATFORMS[channel]),
      );
      expect(bot.errors.splice(0)).toEqual([]);
      expect(JSON.stringify(received)).not.toMatch(/persona_?id/i);
      const taken = received
        .filter((request) => !answer?.(request))
        .flatMap(({ body }) => messages(body))
        .map(([text, face]): [number, unknown[]] => [
          Number(/t(\d+)$/.exec(text)?.[1]),
          [text, face],
        ]);
      const shown = shownIn(program, mode);
      expect(taken).toHaveLength(shown.size);
      expect(new Map(taken)).toEqual(shown);
    }),
    { numRuns: runs(40) },
  );
});
