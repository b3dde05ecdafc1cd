const MARK = 'measured';

/** The README with the figures of docs/benchmarks.md that it shows. */
export function withFigures(readme: string, benchmarks: string): string {
  const block = new RegExp(`(<!-- ${MARK} -->).*?(<!-- /${MARK} -->)`, 's');
  if (!block.test(readme)) {
    throw new Error(`README.md has no <!-- ${MARK} --> for the figures.`);
  }
  return readme.replace(block, `$1\n\n${table(benchmarks)}\n\n$2`);
}

function table(benchmarks: string): string {
  const ratio = (name: string) => {
    const [figure] = cells(benchmarks, name);
    return Number(figure).toFixed(2);
  };
  // Without the range of the rounds, which is in brackets.
  const desk = (name: string) =>
    cells(benchmarks, name).map((cell) => cell.replace(/ \(.*/, ''));
  const [callsAlone, timeAlone] = desk('guide');
  const [calls, time] = desk('plugin, lingerMs: 5000');
  return [
    '| | Bottender alone | With the plugin |',
    '| --- | --- | --- |',
    `| CPU time of an event with one message, by \`usePersona\` | 1 | ${ratio('usePersona, with our plugin, one send')} |`,
    `| The same, and a typing indicator before and after it | 1 | ${ratio('usePersona, with our plugin, three sends')} |`,
    `| Graph calls for a message of a persona on the fly, with \`lingerMs\` | ${callsAlone} | ${calls} |`,
    `| Time of such an event, in the median | ${timeAlone} | ${time} |`,
  ].join('\n');
}

/** The cells of the row with this name, without the name. */
function cells(markdown: string, name: string): string[] {
  const rows = markdown
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const row = rows.find(([, first]) => first === name);
  if (!row) throw new Error(`docs/benchmarks.md has no row "${name}".`);
  return row.slice(2, -1);
}
