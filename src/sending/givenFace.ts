import type { Message } from '../channels/channel';
import type { Runtime } from '../runtime';

import type { Look } from './look';
import { signed } from './sign';

/** A face that a message was given. */
export interface GivenFace {
  readonly look: Look;
  readonly face: Message;
  /** Whether the text can say who speaks instead. */
  readonly signs: boolean;
}

/**
 * The object that a message was given has its face under this key, so that it
 * is told from a caller's own, also in what is sent when the handler has ended.
 * No wire, copy or print shows it; a WeakMap of so many short lives would cost
 * more than all the rest.
 */
const GIVEN = Symbol('the face that this is of');

/** Lets the face be told from a caller's own. */
export function markFace(face: GivenFace): void {
  for (const part of Object.values(face.face)) {
    if (typeof part === 'object' && part !== null) {
      Object.defineProperty(part, GIVEN, { value: face });
    }
  }
}

/** The face that we gave this message, if it is still there. */
export function faceOf(message: Message): GivenFace | undefined {
  for (const part of Object.values(message)) {
    if (isGiven(part)) return part[GIVEN];
  }
  return undefined;
}

function isGiven(part: unknown): part is { [GIVEN]: GivenFace } {
  return (
    typeof part === 'object' && part !== null && Object.hasOwn(part, GIVEN)
  );
}

/** The same message without the face that we gave it; a text says who speaks, if it can. */
export function withoutFace(
  message: Message,
  { face, look, signs }: GivenFace,
  runtime: Runtime,
): Message {
  const bare = Object.fromEntries(
    Object.entries(message).filter(
      ([key, part]) => !(key in face) || face[key] !== part,
    ),
  );
  if (!signs || typeof bare.text !== 'string') return bare;
  const { signText } = runtime.settings;
  const [text] = signed([bare.text], look.profile.name, signText, 0);
  return { ...bare, text };
}
