import { isPersonaId } from '../persona';
import type { PersonaProfile } from '../profile';
import type { Occasion } from '../speaking/occasion';
import { madeWithId, type Scope } from '../speaking/scope';
import {
  UnavailablePersona,
  type InForce,
  type MadeForBlock,
} from '../speaking/speaker';

import { unknownPersona } from './unknown';

/**
 * How who speaks looks, on a channel on which messages carry a profile: not yet
 * a face, which is what one channel makes of the look within its limits.
 */
export interface Look {
  /** As the persona was given: an ID or a name. */
  readonly persona: string;
  readonly profile: PersonaProfile;
  /** Whether it is the directory's, and the same each time. */
  readonly lasts: boolean;
}

/** Of the directory's profiles. */
const looks = new WeakMap<PersonaProfile, Look>();

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
  const profile = directory.lookOf(speaker);
  if (profile) return lookWith(speaker, profile);
  if (isPersonaId(speaker) || directory.has(speaker)) return undefined;
  throw unknownPersona(speaker, occasion);
}

/** An entry of the directory can be meant by its name and by its ID. */
function lookWith(persona: string, profile: PersonaProfile): Look {
  const known = looks.get(profile);
  if (known?.persona === persona) return known;
  const look = { persona, profile, lasts: true };
  looks.set(profile, look);
  return look;
}

function lookOfMade({ persona: { profile } }: MadeForBlock): Look {
  return { persona: profile.name, profile, lasts: false };
}
