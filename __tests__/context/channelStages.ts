import type { PersonaContext } from 'bottender-persona';

import { CUSTOMER, startBot, type BotSetup } from '../support/bot';
import {
  startOn,
  type ChannelName,
  type ChannelSetup,
  type Recorded,
} from '../support/channels';
import { shown } from '../support/emulatorState';

/** One event on a channel. */
export interface Scene {
  readonly plugins: readonly ((context: never) => unknown)[];
  /** Whether the platform refuses every persona. */
  readonly refuses: boolean;
  readonly action: (context: PersonaContext) => Promise<void>;
}

/** A bot on one channel, for any number of events. */
export interface ChannelStage {
  /** What the customer was shown, as `'Adam: hi'`, or `'Page: hi'` without a persona. */
  play(scene: Scene): Promise<string[]>;
}

/** Each channel on which messages show personas, with Bottender's ways to send on it. */
export const CHANNEL_STAGES: Record<string, () => Promise<ChannelStage>> = {
  Messenger: () => onMessenger({}),
  'Messenger, batched': () => onMessenger({ batchDelayMs: 5 }),
  'LINE, reply': () => onLine({}),
  'LINE, reply, batched': () => onLine({ shouldBatch: true }),
  'LINE, push': () => onLine({ sendMethod: 'push' }),
  'LINE, push, batched': () =>
    onLine({ sendMethod: 'push', shouldBatch: true }),
  Slack: () =>
    onChannel('slack', {}, ({ username, text }) => [[username, text]], {
      body: { ok: false, error: 'not_allowed_token_type' },
    }),
  Viber: () =>
    onChannel('viber', {}, ({ sender, text }) => [[nameOf(sender), text]]),
};

/** How many messages one event takes. */
export function maxMessagesOn(stage: string): number {
  if (stage === 'LINE, reply') return 1;
  return stage === 'LINE, reply, batched' ? 5 : Infinity;
}

function startPlugins({ plugins }: Scene, context: unknown): Promise<unknown> {
  return Promise.all(plugins.map((plugin) => plugin(context as never)));
}

async function onMessenger(setup: BotSetup): Promise<ChannelStage> {
  let scene: Scene | undefined;
  const bot = await startBot({
    ...setup,
    plugins: [(context) => scene && startPlugins(scene, context)],
  });
  await bot.say('hello');
  let seen = 0;
  return {
    async play(next) {
      scene = next;
      bot.emulator.setEuropean(CUSTOMER, next.refuses);
      await bot.run(next.action);
      throwFirst(bot.errors);
      const all = shown(bot.emulator);
      const since = all.slice(seen);
      seen = all.length;
      return since;
    },
  };
}

type Body = Recorded['body'];

async function onChannel(
  name: ChannelName,
  setup: ChannelSetup,
  messagesIn: (body: Body) => [speaker: unknown, text: unknown][],
  refusal?: { status?: number; body: object },
): Promise<ChannelStage> {
  let scene: Scene | undefined;
  const refuses = ({ body }: Recorded) =>
    refusal !== undefined &&
    scene?.refuses === true &&
    messagesIn(body).some(([speaker]) => typeof speaker === 'string');
  const bot = await startOn(name, {
    ...setup,
    plugins: [(context) => scene && startPlugins(scene, context)],
    answer: (request) => (refuses(request) ? refusal : undefined),
  });
  return {
    async play(next) {
      scene = next;
      const sent = await bot.run(next.action);
      throwFirst(bot.errors);
      return sent
        .filter((request) => !refuses(request))
        .flatMap(({ body }) => messagesIn(body))
        .map(
          ([speaker = 'Page', text]) =>
            `${speaker as string}: ${text as string}`,
        );
    },
  };
}

function onLine(setup: ChannelSetup): Promise<ChannelStage> {
  const details = [0, 1, 2, 3, 4].map((index) => ({
    property: `messages[${index}].sender`,
  }));
  return onChannel(
    'line',
    setup,
    ({ messages }) =>
      (messages as Body[]).map(({ sender, text }) => [nameOf(sender), text]),
    { status: 400, body: { details } },
  );
}

function nameOf(sender: unknown): string | undefined {
  const { name } = (sender ?? {}) as { name?: string };
  // Viber's messages always have a sender.
  return name === 'The bot' ? undefined : name;
}

function throwFirst(errors: unknown[]): void {
  const [first] = errors.splice(0);
  if (first !== undefined) throw first as Error;
}
