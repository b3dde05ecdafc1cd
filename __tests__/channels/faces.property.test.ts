import {
  PersonaRefusedError,
  personas,
  type PersonaContext,
  type PersonaProfile,
  type PersonasOptions,
} from 'bottender-persona';
import fc from 'fast-check';

import {
  DIRECTORY,
  nameWithin,
  programs,
  speakers,
  type Block,
  type Program,
  type Speaking,
  type Step,
} from '../support/channelPrograms';
import {
  startOn,
  type AnswerTo,
  type ChannelName,
  type Recorded,
} from '../support/channels';

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

/** What customers see of each message: its text and face; nothing of one that was rejected. */
function shownIn(program: Program, mode: Mode): Map<number, unknown[]> {
  const platform = PLATFORMS[mode.channel];
  const shown = new Map<number, unknown[]>();
  const speaking = speakers(program);
  const see = (id: number, way: Way | undefined, mine: boolean) => {
    const text = `t${id}`;
    const speaker = speaking.get(id) ?? { who: 'bot' };
    const seen = seenAs(speaker, text, way, mine);
    if (seen) shown.set(id, seen);
  };
  const seenAs = (
    speaker: Speaking,
    text: string,
    way: Way | undefined,
    mine: boolean,
  ): unknown[] | undefined => {
    // What the caller put in wins, whoever would have been refused.
    if (mine && way?.takesMine && platform.mine) {
      return [text, platform.mine.shown];
    }
    const throws = mode.refusedPersona === 'throw';
    if (speaker.who === 'nobody' && throws) return undefined;
    if (speaker.who !== 'persona') return [text, {}];
    const face = platform.face?.(speaker.profile);
    if (face && !mode.refuses?.(face)) return [text, face];
    if (face && throws) return undefined;
    return [sign(text, speaker.profile), {}];
  };
  const walk = (steps: readonly Step[]): void => {
    for (const step of steps) {
      if (step.does === 'say') {
        see(step.id, platform.ways[step.way % platform.ways.length], step.mine);
      }
      if (step.does === 'say as') see(step.id, platform.ways[0], false);
      if (step.does === 'block') walk(step.steps);
      if (step.does === 'side by side') step.blocks.forEach((b) => walk([b]));
    }
  };
  walk(program.steps);
  return shown;
}

/** Plays a program on a context. */
async function play(
  { steps }: Program,
  context: PersonaContext,
  { channel }: Mode,
): Promise<void> {
  const { ways, mine } = PLATFORMS[channel];
  const on = context as unknown as Methods;
  const refusable = async (saying: () => unknown) => {
    try {
      await saying();
    } catch (error) {
      if (!(error instanceof PersonaRefusedError)) throw error;
    }
  };
  const walk = async (steps: readonly Step[]): Promise<void> => {
    for (const step of steps) await take(step);
  };
  const enter = async ({ persona, steps }: Block): Promise<void> => {
    const block = () => walk(steps);
    if (persona !== null && typeof persona === 'object') {
      await context.withEphemeralPersona(persona, block);
    } else await context.withPersona(persona, block);
  };
  const take = async (step: Step): Promise<void> => {
    if (step.does === 'pause') await new Promise(setImmediate);
    if (step.does === 'use') context.usePersona(step.persona);
    if (step.does === 'block') await enter(step);
    if (step.does === 'side by side') await Promise.all(step.blocks.map(enter));
    if (step.does === 'say') {
      const way = ways[step.way % ways.length];
      await refusable(() =>
        way?.say(on, `t${step.id}`, {
          ...(step.mine && way.takesMine && mine?.given),
          ...(step.own !== undefined && { personaId: step.own }),
        }),
      );
    }
    if (step.does === 'say as') {
      const speaker =
        step.as === undefined ? context.as() : context.as(step.as);
      const say = () => refusable(() => speaker.sendText(`t${step.id}`));
      await (step.elsewhere ? context.withPersona('adam', say) : say());
    }
  };
  await walk(steps);
}

/** LINE takes no name with its own in it, and says of which messages. */
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
    fc.asyncProperty(programs, async (program) => {
      initial = program.initial;
      const received = await bot.run((context: PersonaContext) =>
        play(program, context, mode),
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
    { numRuns: 40 },
  );
});
