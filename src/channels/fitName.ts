import type { PersonaProfile } from '../profile';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The profile's name for a channel with names of at most `max` characters: if the
 * name is too long, the short name, or the name truncated with `…`. Graphemes such
 * as flags are never split. Platforms do not document how they count, so this
 * counts UTF-16 units, which gives the highest count.
 */
export function fitName(
  { name, shortName }: PersonaProfile,
  max: number,
): string {
  if (name.length <= max) return name;
  return truncate(shortName ?? name, max);
}

function truncate(name: string, max: number): string {
  if (name.length <= max) return name;
  let fits = '';
  for (const { segment } of graphemes.segment(name)) {
    if (fits.length + segment.length > max - 1) break;
    fits += segment;
  }
  return `${fits.trimEnd()}…`;
}
