import stringWidth from 'string-width';

import { printable } from './printable';
import { paint, type Style } from './style';

/** A text, optionally with a style. */
export type Cell = string | { text: string; style: Style };

const GAP = 2;
/** The least width of the last column. */
const MIN_LAST_WIDTH = 12;

/**
 * Formats a table as lines.
 *
 * @param columns the width of the terminal, if any: the last column is truncated to fit
 */
export function tableLines(
  head: string[],
  rows: Cell[][],
  columns: number | undefined,
): string[] {
  const heads = head.map((text): Cell => ({ text, style: 'bold' }));
  const table = [heads, ...rows].map((row) => row.map(measure));
  const last = head.length - 1;
  const widths = head.slice(0, last).map((_, column) =>
    // Thousands of rows are too many arguments for Math.max.
    table.reduce((most, row) => Math.max(most, row[column]?.width ?? 0), 0),
  );
  const taken = widths.reduce((sum, width) => sum + width + GAP, 0);
  const room =
    columns === undefined
      ? Infinity
      : Math.max(MIN_LAST_WIDTH, columns - taken);
  return table.map((row) =>
    row
      .map(({ text, style, width }, column) => {
        const shown = column === last ? truncate(text, room) : text;
        const painted = style ? paint(style, shown) : shown;
        const pad = (widths[column] ?? 0) + GAP - width;
        return column === last ? painted : painted + ' '.repeat(pad);
      })
      .join('')
      .trimEnd(),
  );
}

interface MeasuredCell {
  text: string;
  style: Style | undefined;
  width: number;
}

function measure(cell: Cell): MeasuredCell {
  const { text: given, style } =
    typeof cell === 'string' ? { text: cell, style: undefined } : cell;
  const text = printable(given);
  return { text, style, width: widthOf(text) };
}

/** In terminal columns: Chinese characters take two. */
function widthOf(text: string): number {
  // Measuring is slow, and most cells are ASCII.
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

function truncate(text: string, room: number): string {
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
