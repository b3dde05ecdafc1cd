import stringWidth from 'string-width';

import { printable } from './printable';
import { paint, type Style } from './style';

/** A text, and how it looks on a terminal that has colours. */
export type Cell = string | { text: string; style: Style };

const GAP = 2;
/** The last column has at least this much room, however narrow the terminal. */
const LEAST_ROOM = 12;

/**
 * Columns side by side, as lines.
 *
 * @param columns how wide the terminal is, where there is one: the last cell is cut where the line would break
 */
export function tableLines(
  head: string[],
  rows: Cell[][],
  columns: number | undefined,
): string[] {
  const heads = head.map((text): Cell => ({ text, style: 'bold' }));
  const table = [heads, ...rows].map((row) => row.map(measured));
  const last = head.length - 1;
  const widths = head.slice(0, last).map((_, column) =>
    // Of thousands of rows, too many for the arguments of Math.max.
    table.reduce((most, row) => Math.max(most, row[column]?.width ?? 0), 0),
  );
  const taken = widths.reduce((sum, width) => sum + width + GAP, 0);
  const room =
    columns === undefined ? Infinity : Math.max(LEAST_ROOM, columns - taken);
  return table.map((row) =>
    row
      .map(({ text, style, width }, column) => {
        const shown = column === last ? cut(text, room) : text;
        const painted = style ? paint(style, shown) : shown;
        const pad = (widths[column] ?? 0) + GAP - width;
        return column === last ? painted : painted + ' '.repeat(pad);
      })
      .join('')
      .trimEnd(),
  );
}

interface Measured {
  text: string;
  style: Style | undefined;
  width: number;
}

function measured(cell: Cell): Measured {
  const { text: given, style } =
    typeof cell === 'string' ? { text: cell, style: undefined } : cell;
  const text = printable(given);
  return { text, style, width: widthOf(text) };
}

/** In columns of a terminal: Chinese characters take two. */
function widthOf(text: string): number {
  // To measure takes long, and most of thousands of cells are plain.
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > room - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
