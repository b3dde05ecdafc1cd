import type { FaceChannel } from '../channels/channel';
import { PersonaRefusedError } from '../errors';
import { evictOldest } from '../util/evictOldest';
import type { RefusalReason } from '../refusals/refusal';
import type { Runtime } from '../runtime';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { speakAsPageInstead, tellOf } from '../speaking/refused';

import type { GivenFace } from './givenFace';

/** Messages that went out with faces, until the channel has answered. */
export interface SentWithFaces {
  /** The messages' faces, by their position: asked for when there is something to say. */
  faces(): readonly (GivenFace | undefined)[];
  /** Sends the messages once more, those at these positions without their faces. */
  again(refused: readonly number[]): unknown;
}

/**
 * What follows from a channel's answer: where it refused faces, the same
 * messages once more without these; nothing else is sent again.
 */
export function seeToAnswer(
  answer: unknown,
  sent: SentWithFaces,
  personas: ContextPersonas,
  channel: FaceChannel,
): unknown {
  if (!(answer instanceof Promise)) return answer;
  return answer.then(
    channel.readIgnored &&
      ((given: unknown) => {
        lookForFace(given, sent, personas, channel);
        return given;
      }),
    (error: unknown) => afterFailure(error, sent, personas, channel),
  );
}

function lookForFace(
  answer: unknown,
  sent: SentWithFaces,
  personas: ContextPersonas,
  channel: FaceChannel,
): void {
  const [face] = sent.faces();
  if (!face) return;
  const ignored = channel.readIgnored?.(answer, face.face);
  if (ignored !== undefined) tellIgnored(ignored, face, personas, channel);
}

function afterFailure(
  error: unknown,
  sent: SentWithFaces,
  personas: ContextPersonas,
  channel: FaceChannel,
): unknown {
  const refusal = channel.readRefusal?.(error);
  if (!refusal) throw error;
  const { message, status, of } = refusal;
  const refused = [...sent.faces().entries()].flatMap(([position, face]) =>
    face && (!of || of.includes(position))
      ? [{ position, persona: face.look.persona }]
      : [],
  );
  if (refused.length === 0) throw error;
  for (const { persona } of refused) {
    const why = refusalOn(channel, 'channel', persona, message, status);
    const { refusals } = personas.runtime;
    const about = of ? persona : null;
    const account = accountOn(channel, personas);
    const known = refusals.rememberOnChannel(why, account, about);
    speakAsPageInstead(known, persona, personas);
  }
  return sent.again(refused.map(({ position }) => position));
}

/** So many accounts are remembered of one `personas()`. */
const MOST_TOLD = 1000;

/** The accounts that were told of, by `personas()`. */
const ignoring = new WeakMap<Runtime, Set<string>>();

function tellIgnored(
  ignored: string,
  { look: { persona } }: GivenFace,
  personas: ContextPersonas,
  channel: FaceChannel,
): void {
  const { runtime } = personas;
  const accounts = ignoring.get(runtime) ?? new Set();
  ignoring.set(runtime, accounts);
  const account = accountOn(channel, personas);
  if (accounts.has(account)) return;
  accounts.add(account);
  evictOldest(accounts, MOST_TOLD);
  tellOf(refusalOn(channel, 'ignored', persona, ignored), persona, personas);
}

/** As whom a context speaks on a channel: what refusals of faces are remembered by. */
export function accountOn(
  { title, accountOf }: FaceChannel,
  { context }: ContextPersonas,
): string {
  return accountOf ? JSON.stringify([title, accountOf(context.client)]) : title;
}

function refusalOn(
  channel: FaceChannel,
  reason: RefusalReason,
  persona: string,
  message: string,
  status?: number,
): PersonaRefusedError {
  const failure = { message, status };
  return new PersonaRefusedError(reason, persona, undefined, failure, channel);
}
