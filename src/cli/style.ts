import util from 'node:util';

export type Style = Parameters<typeof util.styleText>[0];

/** In colour on a terminal that has colours; plain with NO_COLOR. */
export function paint(
  style: Style,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  // Node has it since 20.12; before, there is no colour.
  const canStyle = 'styleText' in util && stream.isTTY && stream.hasColors();
  return canStyle && text !== '' ? util.styleText(style, text) : text;
}
