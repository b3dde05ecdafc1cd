import type { FaceChannel, Message } from '../channels/channel';
import { PersonaRefusedError } from '../errors';
import type { RefusalReason } from '../messenger/refusal';
import type { Runtime } from '../runtime';

import type { ContextPersonas } from './contextPersonas';
import type { Look } from './look';
import { speakAsPageInstead, tellOf } from './refused';
import { signed } from './sign';

/** A face that a message was given. */
export interface Worn {
  readonly look: Look;
  readonly face: Message;
  /** Whether the text can say who speaks instead. */
  readonly signs: boolean;
}

/**
 * By the object that a message was given, so that it is told from a caller's
 * own, also in what is sent when the handler has ended.
 */
const worn = new WeakMap<object, Worn>();

export function markWorn(given: Worn): void {
  for (const part of Object.values(given.face)) {
    if (typeof part === 'object' && part !== null) worn.set(part, given);
  }
}

/** The face that we gave this message, if it is still there. */
export function wornBy(message: Message): Worn | undefined {
  for (const part of Object.values(message)) {
    const found =
      typeof part === 'object' && part !== null ? worn.get(part) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** The same message without the face that we gave it; a text says who speaks, if it can. */
export function withoutFace(
  message: Message,
  { face, look, signs }: Worn,
  runtime: Runtime,
): Message {
  const bare = Object.fromEntries(
    Object.entries(message).filter(
      ([key, part]) => !(key in face) || face[key] !== part,
    ),
  );
  if (!signs || typeof bare.text !== 'string') return bare;
  const { signText } = runtime.settings;
  const [text] = signed([bare.text], look.profile.name, signText);
  return { ...bare, text };
}

/**
 * What follows from a channel's answer: where it refused faces, the same
 * messages once more without these; nothing else is sent again.
 *
 * @param wearing the faces of the messages, by their position
 * @param again sends the messages, those at these positions without their faces
 */
export function seeToAnswer(
  answer: unknown,
  wearing: readonly (Worn | undefined)[],
  personas: ContextPersonas,
  channel: FaceChannel,
  again: (refused: readonly number[]) => unknown,
): unknown {
  if (!(answer instanceof Promise)) return answer;
  return answer.then(
    (given: unknown) => {
      tellIfIgnored(given, wearing, personas, channel);
      return given;
    },
    (error: unknown) => {
      const refusal = channel.readRefusal?.(error);
      const positions = refusal?.of ?? [...wearing.keys()];
      const refused = positions.filter((position) => wearing[position]);
      if (!refusal || refused.length === 0) throw error;
      const { message, status, of } = refusal;
      for (const position of refused) {
        const given = wearing[position];
        if (!given) continue;
        const { persona } = given.look;
        const why = refusalOn(channel, 'channel', persona, message, status);
        const { refusals } = personas.runtime;
        const about = of ? persona : null;
        const known = refusals.rememberOnChannel(why, channel.title, about);
        speakAsPageInstead(known, persona, personas);
      }
      return again(refused);
    },
  );
}

/** The channels that were told of, by `personas()`. */
const ignoring = new WeakMap<Runtime, Set<FaceChannel>>();

function tellIfIgnored(
  answer: unknown,
  wearing: readonly (Worn | undefined)[],
  personas: ContextPersonas,
  channel: FaceChannel,
): void {
  const [given] = wearing;
  if (!given || !channel.readIgnored) return;
  const ignored = channel.readIgnored(answer, given.face);
  if (ignored === undefined) return;
  const { runtime } = personas;
  const channels = ignoring.get(runtime) ?? new Set();
  ignoring.set(runtime, channels);
  if (channels.has(channel)) return;
  channels.add(channel);
  const { persona } = given.look;
  tellOf(refusalOn(channel, 'ignored', persona, ignored), persona, personas);
}

function refusalOn(
  { title }: FaceChannel,
  reason: RefusalReason,
  persona: string,
  message: string,
  status?: number,
): PersonaRefusedError {
  const failure = { message, status };
  return new PersonaRefusedError(reason, persona, undefined, failure, title);
}
