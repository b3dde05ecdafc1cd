import type { PersonaProfile } from '../profile';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The profile's name on a channel that takes so many characters: its short
 * name, where the name is too long, else what fits of it and `…`. A character
 * is never cut: families and flags are several code points. Platforms do not
 * say how they count, so UTF-16 units are, of which no way of counting has more.
 */
export function shownName(
  { name, shortName }: PersonaProfile,
  most: number,
): string {
  if (name.length <= most) return name;
  return cut(shortName ?? name, most);
}

function cut(name: string, most: number): string {
  if (name.length <= most) return name;
  let fits = '';
  for (const { segment } of graphemes.segment(name)) {
    if (fits.length + segment.length > most - 1) break;
    fits += segment;
  }
  return `${fits.trimEnd()}…`;
}
