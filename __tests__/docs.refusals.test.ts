import { readFileSync } from 'node:fs';
import path from 'node:path';

// What the rules do is tested in channels/messenger.test.ts.
describe('the table of codes', () => {
  const source = readFileSync(
    path.join(__dirname, '../src/channels/messenger.ts'),
    'utf8',
  );
  const rows = [...source.matchAll(/^ \* \| (\d+) .*$/gm)];
  const rules = [
    ...source.matchAll(
      /^ {4}code: (\d+),$[^}]*about: '(\w+)',\n {4}fact: '(.*)'/gm,
    ),
  ];

  test('has a row for each rule', () => {
    expect(rows.map(([, code]) => code)).toEqual(rules.map(([, code]) => code));
    expect(rules.map(([, , about]) => about)).toEqual(['recipient', 'persona']);
    for (const [position, [, , , fact]] of rules.entries()) {
      expect(rows[position]?.[0]).toContain(`messenger-facts.md#${fact}`);
    }
  });

  test('gives the meaning and the source of each rule, and marks assumptions', () => {
    for (const [row] of rows) {
      const cells = row.split('|').map((cell) => cell.trim());
      const [meaning = '', origin = ''] = cells.slice(4, 6);
      expect(meaning.length).toBeGreaterThan(20);
      expect(origin.length).toBeGreaterThan(20);
    }
    const [, unknown] = rows;
    expect(unknown?.[0]).toContain('ASSUMPTION');
  });
});
