import { tableLines } from '../../src/cli/table';

test('columns are aligned in every script', () => {
  expect(
    tableLines(
      ['A', 'B'],
      [
        ['陳偉', 'x'],
        ['Zoë', 'y'],
        ['', ''],
      ],
      undefined,
    ),
  ).toEqual(['A     B', '陳偉  x', 'Zoë   y', '']);
});

test('the last column is cut at the width of the terminal, never within a character', () => {
  const row = ['id', '陳偉陳偉陳偉陳偉陳偉'];
  const [, line] = tableLines(['A', 'B'], [row], 18);
  expect(line).toBe('id  陳偉陳偉陳偉…');
});

test('20,000 rows take less than a second', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => [
    String(i),
    `Agent ${i} 陳`,
    { text: 'expired', style: 'yellow' as const },
    `https://example.com/${i}.png`,
  ]);
  const before = process.cpuUsage();
  expect(tableLines(['A', 'B', 'C', 'D'], rows, 100)).toHaveLength(20_001);
  const { user } = process.cpuUsage(before);
  expect(user / 1e6).toBeLessThan(5);
});
