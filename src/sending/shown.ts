import type { FaceChannel, FacePlace, Message } from '../channels/channel';
import type { Look } from '../directory/entries';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { PersonaRefusedError } from '../errors';
import { speakAsPageInstead } from '../speaking/refused';
import { innermostScope } from '../speaking/scope';
import type { InForce } from '../speaking/speaker';
import { warnOnce } from '../util/warnOnce';

import { accountOn } from './faceAnswer';
import { giveFace, type GivenFace } from './givenFace';
import { lookOf } from './look';

/** Who is meant to speak, and the face that a message gets: none where the channel shows none, or refused it. */
export interface Shown {
  readonly look: Look;
  readonly given?: GivenFace | undefined;
}

/** The face of a speaker, if it has one here, without a word about why not. */
export function faceFor(
  personas: ContextPersonas,
  { dress }: FaceChannel,
  place: FacePlace,
  speaker: InForce,
): Message | undefined {
  try {
    const look = lookOf(speaker, personas, innermostScope(personas));
    return look && dress && giveFace(look, dress, place).face;
  } catch {
    return undefined;
  }
}

/**
 * How a speaker is shown; `undefined` where the bot itself speaks.
 *
 * @throws PersonaRefusedError with `refusedPersona: 'throw'`
 */
export function show(
  personas: ContextPersonas,
  channel: FaceChannel,
  place: FacePlace,
  speaker: InForce,
): Shown | undefined {
  let look: Look | undefined;
  try {
    look = lookOf(speaker, personas, innermostScope(personas));
    const { dress } = channel;
    if (!look || !dress) return look && { look };
    const { persona } = look;
    const { refusals } = personas.runtime;
    const known = refusals.isEmpty
      ? undefined
      : refusals.onChannel(accountOn(channel, personas), persona);
    if (known) throw known;
    const given = giveFace(look, dress, place);
    if (given.missing !== undefined) warnOnce(personas.runtime, given.missing);
    return { look, given };
  } catch (error) {
    // Of Messenger's failures none comes here.
    if (!(error instanceof PersonaRefusedError)) throw error;
    speakAsPageInstead(error, look?.persona ?? error.persona, personas);
    return look && { look };
  }
}
