import type { Look } from '../directory/entries';
import { isPersonaId } from '../persona';
import type { Occasion } from '../speaking/occasion';
import { madeWithId, type Scope } from '../speaking/scope';
import {
  UnavailablePersona,
  type InForce,
  type MadeForBlock,
} from '../speaking/speaker';

import { unknownPersona } from './unknown';

/**
 * How a speaker looks; `undefined` for the Page, and for IDs without a profile,
 * which mean nothing here.
 *
 * @throws PersonaRefusedError for a name that stands for nobody, or who is not to be had
 */
export function lookOf(
  speaker: InForce,
  occasion: Occasion,
  scope: Scope | undefined,
): Look | undefined {
  if (speaker === null) return undefined;
  if (speaker instanceof UnavailablePersona) throw speaker.refusal;
  if (typeof speaker !== 'string') return lookOfMade(speaker);
  const made = madeWithId(scope, speaker);
  if (made) return lookOfMade(made);
  const { directory } = occasion.runtime;
  const look = directory.lookOf(speaker);
  if (look) return look;
  if (isPersonaId(speaker) || directory.has(speaker)) return undefined;
  throw unknownPersona(speaker, occasion);
}

function lookOfMade({ persona: { profile } }: MadeForBlock): Look {
  return { persona: profile.name, profile };
}
