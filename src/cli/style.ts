import util from 'node:util';

export type Style = Parameters<typeof util.styleText>[0];

/** Styles a text if the terminal has colours and NO_COLOR is not set. */
export function paint(
  style: Style,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  // Available since Node 20.12.
  const canStyle = 'styleText' in util && stream.isTTY && stream.hasColors();
  return canStyle && text !== '' ? util.styleText(style, text) : text;
}
