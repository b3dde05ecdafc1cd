import type { FaceChannel, FacePlace, Message } from '../channels/channel';
import { isObject } from '../util/isObject';
import type { Look } from '../directory/entries';
import type { Runtime } from '../runtime';

import { signed } from './sign';

/** A face that messages are given. */
export interface GivenFace {
  readonly look: Look;
  readonly face: Message;
  /** What of the look cannot be shown, for people. */
  readonly missing?: string | undefined;
  /** Whether the text can say who speaks instead. */
  readonly signs: boolean;
}

/**
 * The object that a message was given has its face under this key, so that it
 * is told from a caller's own, also in what is sent when the handler has ended.
 * No wire, copy or print shows it.
 */
const GIVEN = Symbol('the face that this is of');

type Dressing = NonNullable<FaceChannel['dress']>;

/** By looks: those of the directory are the same each time. */
const given = new WeakMap<Look, Map<FacePlace, GivenFace>>();

/** The face of a look, as messages get it here. They share it, so that nobody can change it. */
export function giveFace(
  look: Look,
  dress: Dressing,
  place: FacePlace,
): GivenFace {
  let faces = given.get(look);
  if (!faces) {
    faces = new Map<FacePlace, GivenFace>();
    given.set(look, faces);
  }
  let known = faces.get(place);
  if (!known) {
    known = make(look, dress, place);
    faces.set(place, known);
  }
  return known;
}

function make(look: Look, dress: Dressing, place: FacePlace): GivenFace {
  const { face, missing } = dress(look.profile);
  const signs = place.text !== undefined;
  const made: GivenFace = { look, face, missing, signs };
  for (const part of Object.values(face)) {
    if (isObject(part)) {
      Object.freeze(Object.defineProperty(part, GIVEN, { value: made }));
    }
  }
  return made;
}

/** The face that we gave this message, if it is still there. */
export function faceOf(message: Message): GivenFace | undefined {
  for (const part of Object.values(message)) {
    if (isGiven(part)) return part[GIVEN];
  }
  return undefined;
}

function isGiven(part: unknown): part is { [GIVEN]: GivenFace } {
  return isObject(part) && Object.hasOwn(part, GIVEN);
}

/** The same message without the face that we gave it; a text says who speaks, if it can. */
export function withoutFace(
  message: Message,
  { face, look, signs }: GivenFace,
  runtime: Runtime,
): Message {
  const bare = Object.fromEntries(
    Object.entries(message).filter(([key, part]) => face[key] !== part),
  );
  if (!signs || typeof bare.text !== 'string') return bare;
  const { signText } = runtime.settings;
  const [text] = signed([bare.text], look.profile.name, signText, 0);
  return { ...bare, text };
}
