import { PersonaRefusedError } from '../errors';
import { didYouMean } from '../util/closestMatch';
import type { Persona } from '../persona';
import {
  pageIdAt,
  placeOf,
  refusedBefore,
  type Occasion,
} from '../speaking/occasion';

/** The refusal of a string that stands for nobody, which names the nearest name; the same one for a while. */
export function unknownPersona(
  persona: Persona,
  occasion: Occasion,
): PersonaRefusedError {
  const known = refusedBefore(occasion, persona);
  if (known) return known;
  const { refusals, directory } = occasion.runtime;
  const hint = didYouMean(persona, directory.names());
  const message = `it is neither an ID nor a name of the directory${hint}`;
  const refusal = new PersonaRefusedError(
    'unknown',
    persona,
    pageIdAt(occasion),
    { message },
    occasion.where,
  );
  refusals.remember(refusal, persona, occasion.psid, placeOf(occasion));
  return refusal;
}
