import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import type { Desk, Desks } from './agents';
import type { FleetFigures } from './fleet';
import type { Overhead } from './overhead';
import { median } from './statistics';

/** The figures as a Markdown page. */
export function report(
  overhead: Overhead[],
  desks: Desks,
  fleet: FleetFigures[] | undefined,
): string {
  return `# Benchmarks

What \`npm run bench\` printed on ${new Date().toISOString().slice(0, 10)}: Node ${process.version}, Bottender ${versionOf('bottender')}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}. Ratios are measured side by side in one run; single times depend on the machine.

## What an event costs

The same event (a webhook body in, one \`sendText\` out under a persona whose ID is known, or a typing indicator before and after it as well; Graph calls answered inside the process), as a ratio to Bottender alone with its own \`usePersona\`. It is CPU time of the process (user and system), not wall-clock time. A process alternates at random between Bottender alone and one variant, every few milliseconds, and divides the sums; the figure is the median of five processes. What a plugin that does nothing shows beside 1 is the error of the measurement. On LINE, Slack and Viber the message has a profile of the directory; with Bottender alone the same profile is written by hand.

${overheadTable(overhead)}

## A desk of four agents

400 events by four agents, 20 at a time, against an emulator with a latency of 20 ms; each answer through an ephemeral persona. As Bottender's guide does it (create, send, delete) and with \`withEphemeralPersona\` and \`lingerMs: 5000\`, alternating; medians of the rounds, and their range.

| | Graph calls per message | p50 of an event | p95 of an event |
| --- | --- | --- | --- |
${[desks.guide, desks.plugin].map(deskRow).join('\n')}

The plugin's p50 is ${p50Ratio(desks).toFixed(2)} of the guide's.

## The same desk, with several processes on one Redis or a cluster

400 events by four agents with ephemeral personas, \`lingerMs: 5000\`, spread over the processes, which share them with \`redisStore\`, by three clients in one run. Creations and deletions are among the calls. One Page is always on one master of a cluster, so the number of commands hardly depends on the client. With \`disclosure.message\`, each message asks once whether its conversation needs a disclosure.

${fleetTable(fleet)}
`;
}

export function fleetTable(fleet: FleetFigures[] | undefined): string {
  if (!fleet) return 'Not measured: no redis-server is installed.';
  const rows = fleet.map(
    ({ client, processes, callsPerMessage, creations, commandsPerMessage }) =>
      `| ${client} | ${processes} | ${callsPerMessage.toFixed(3)} | ${creations} | ${commandsPerMessage.toFixed(3)} |`,
  );
  return [
    '| Client | Processes | Graph calls per message | Personas created | Redis commands per message |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

export function overheadTable(overhead: Overhead[]): string {
  const rows = overhead.map(({ name, ratio, ratios }) => {
    const each = ratios.map((value) => value.toFixed(3)).join(', ');
    return `| ${name} | ${ratio.toFixed(3)} | ${each} |`;
  });
  return ['| | Ratio | The processes |', '| --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function deskRow(rounds: Desk[]): string {
  const column = (
    figure: (desk: Desk) => number,
    digits: number,
    unit = '',
  ) => {
    const values = rounds.map(figure);
    const range = [Math.min(...values), Math.max(...values)];
    const [low, high] = range.map((value) => value.toFixed(digits));
    return `${median(values).toFixed(digits)}${unit} (${low} to ${high})`;
  };
  const columns = [
    rounds[0]?.name,
    column((desk) => desk.callsPerMessage, 2),
    column((desk) => desk.p50, 0, ' ms'),
    column((desk) => desk.p95, 0, ' ms'),
  ];
  return `| ${columns.join(' | ')} |`;
}

/** The median of the rounds' ratios: the two desks of a round ran one after the other. */
function p50Ratio({ guide, plugin }: Desks): number {
  return median(
    plugin.map(({ p50 }, round) => p50 / (guide[round]?.p50 ?? NaN)),
  );
}

function versionOf(name: string): string {
  const file = path.join('node_modules', name, 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as {
    version: string;
  };
  return version;
}
