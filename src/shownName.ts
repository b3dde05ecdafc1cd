import { InvalidProfileError } from './errors';
import { MAX_NAME_LENGTH, UNPRINTABLE, type PersonaProfile } from './profile';
import { reasonOf } from './util/failures';

/** The option `disclosure.label`: returns the name that customers see for a bot. */
export type Label = (profile: PersonaProfile) => string;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The name that customers read on a channel which takes `max` characters: with
 * the label if a bot speaks. A name that is too long is replaced by the short
 * name, else cut and followed by `…`; the label is never cut. A character is
 * never cut either: families and flags are several code points. Platforms do not
 * say how they count, so this counts UTF-16 units: no other way of counting
 * finds more.
 *
 * @throws InvalidProfileError where the label leaves no room for a name
 */
export function shownName(
  profile: PersonaProfile,
  max: number,
  label?: Label,
): string {
  for (const name of shorterNames(profile)) {
    const shown =
      label && profile.kind === 'bot' ? labelled(profile, name, label) : name;
    if (shown.length <= max) return shown;
  }
  if (!label || profile.kind !== 'bot') return '…';
  throw new InvalidProfileError(
    `The option "disclosure.label" leaves no room for the name of the persona "${profile.name}", ` +
      `because the channel shows at most ${max} characters. Shorten the label.`,
  );
}

/** The profile of the persona on a Page, where a labelled name is its name. */
export function pageProfile(
  profile: PersonaProfile,
  label: Label | undefined,
): PersonaProfile {
  if (!label || profile.kind !== 'bot') return profile;
  return { ...profile, name: shownName(profile, MAX_NAME_LENGTH, label) };
}

/** The name, and what it can be shortened to, longest first. */
function* shorterNames({ name, shortName }: PersonaProfile): Generator<string> {
  yield name;
  if (shortName !== undefined) yield shortName;
  const segments = [...graphemes.segment(shortName ?? name)];
  for (let end = segments.length - 1; end > 0; end -= 1) {
    const { index } = segments[end] ?? { index: 0 };
    yield `${(shortName ?? name).slice(0, index).trimEnd()}…`;
  }
}

function labelled(profile: PersonaProfile, name: string, label: Label): string {
  let problem = 'returned no text';
  try {
    const given: unknown = label({ ...profile, name });
    const shown =
      typeof given === 'string' ? given.replace(UNPRINTABLE, '') : '';
    if (shown.trim() !== '') return shown;
  } catch (error) {
    problem = `failed: ${reasonOf(error)}`;
  }
  throw new InvalidProfileError(
    `The option "disclosure.label" ${problem}, for the persona "${profile.name}". It returns the name to show.`,
  );
}
