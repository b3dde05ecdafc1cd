import type { PersonaProfile } from '../profile';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The profile's name on a channel that takes `max` characters: its short name,
 * where the name is too long, else what fits of it and `…`. A character is never
 * cut: families and flags are several code points. Platforms do not say how they
 * count, so this counts UTF-16 units: no other way of counting finds more.
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
