import type { FaceChannel } from '../channels/channel';
import { PersonaRefusedError } from '../errors';
import type { RefusalReason } from '../messenger/refusal';
import type { Runtime } from '../runtime';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { speakAsPageInstead, tellOf } from '../speaking/refused';

import type { GivenFace } from './givenFace';

/**
 * What follows from a channel's answer: where it refused faces, the same
 * messages once more without these; nothing else is sent again.
 *
 * @param faces those of the messages, by their position
 * @param again sends the messages, those at these positions without their faces
 */
export function seeToAnswer(
  answer: unknown,
  faces: readonly (GivenFace | undefined)[],
  personas: ContextPersonas,
  channel: FaceChannel,
  again: (refused: readonly number[]) => unknown,
): unknown {
  if (!(answer instanceof Promise)) return answer;
  return answer.then(
    (given: unknown) => {
      tellIfIgnored(given, faces, personas, channel);
      return given;
    },
    (error: unknown) => {
      const refusal = channel.readRefusal?.(error);
      const positions = refusal?.of ?? [...faces.keys()];
      const refused = positions.filter((position) => faces[position]);
      if (!refusal || refused.length === 0) throw error;
      const { message, status, of } = refusal;
      for (const position of refused) {
        const given = faces[position];
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
  faces: readonly (GivenFace | undefined)[],
  personas: ContextPersonas,
  channel: FaceChannel,
): void {
  const [given] = faces;
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
