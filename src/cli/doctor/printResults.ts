import { channelOf } from '../../channels';
import { print, resultStream } from '../output';
import { printable } from '../printable';
import { paint, type Style } from '../style';

import type { Result } from './runChecks';

const STYLES: Record<Result['status'], Style> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'gray',
};

/** Prints a line for each check, by channel, and under it what to do. */
export function printResults(results: readonly Result[]): void {
  let group: string | null | undefined;
  const idWidth = Math.max(...results.map(({ id }) => id.length));
  for (const { id, channel, status, message, advice } of results) {
    if (channel !== group) {
      if (group !== undefined) print();
      print(titleOf(channel));
      group = channel;
    }
    const label = paint(STYLES[status], status.padEnd('skipped'.length));
    resultStream().write(
      `  ${label}  ${id.padEnd(idWidth)}  ${printable(message)}\n`,
    );
    if (advice !== undefined) print(`${' '.repeat(idWidth + 13)}→ ${advice}`);
  }
  const counts = Object.keys(STYLES).flatMap((status) => {
    const count = results.filter((result) => result.status === status).length;
    return count > 0 ? `${count} ${status}` : [];
  });
  print();
  print(`${counts.join(', ')}.`);
}

function titleOf(channel: string | null): string {
  if (channel === null) return 'Bot';
  return channelOf(channel)?.info?.title ?? 'Messenger';
}
