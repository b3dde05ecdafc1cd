import { readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { ROOT } from './support/docs';

/** An entry of docs/messenger-facts.md. */
interface Fact {
  readonly id: string;
  readonly text: string;
  readonly standing: string;
  readonly source: string;
  readonly sourceDate: string;
  readonly lookedUp: string;
}

const PAGE = 'docs/messenger-facts.md';
const FACTS = readFacts(read(PAGE));
const IDS = FACTS.map(({ id }) => id);
const CITING = [
  'README.md',
  'CHANGELOG.md',
  ...markdown('docs'),
  ...markdown('packages/messenger-emulator/docs'),
  ...sources('src'),
  ...sources('packages/messenger-emulator/src'),
];
const POINTERS = CITING.flatMap((file) =>
  [...read(file).matchAll(/messenger-facts\.md#([\w-]*)/g)].map(
    ([, id = '']) => ({ file, id }),
  ),
);

describe('docs/messenger-facts.md', () => {
  test('has entries with unique names', () => {
    expect(IDS.length).toBeGreaterThan(20);
    expect(new Set(IDS).size).toBe(IDS.length);
  });

  test.each(FACTS)('$id is complete', (fact) => {
    expect(fact.text.length).toBeGreaterThan(20);
    expect(fact.standing).toMatch(/^(documented|seen|assumption)$/);
    expect(fact.source).toMatch(/\[[^\]]+\]\(https:\/\/[^)\s]+\)/);
    expect(fact.sourceDate).toMatch(/^(undated|\d{4}-\d\d-\d\d)$/);
    expect(fact.lookedUp).toMatch(/^\d{4}-\d\d-\d\d(;.*)?$/);
  });

  test('was looked up within the last 12 months', () => {
    expect(outdated(FACTS, new Date())).toEqual([]);
  });

  test('fails if an entry was not looked up within 12 months', () => {
    const lookedUp = [
      '2024-02-28',
      '2024-03-01; a part',
      '2026-01-01',
      '2024-13-01',
    ];
    const facts = lookedUp.map((each) => ({ id: each, lookedUp: each }));
    expect(outdated(facts, new Date('2025-03-01T12:00:00Z'))).toEqual([
      expect.stringMatching(/^2024-02-28: .* look again/),
      expect.stringMatching(/^2026-01-01: .* future/),
      expect.stringMatching(/^2024-13-01: .* no date/),
    ]);
  });
});

describe('pointers to the facts', () => {
  test('lead to existing entries', () => {
    const known = new Set(IDS);
    expect(POINTERS.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  test('mention every entry', () => {
    const used = new Set(
      POINTERS.filter(({ file }) => file !== PAGE).map(({ id }) => id),
    );
    expect(IDS.filter((id) => !used.has(id))).toEqual([]);
  });

  test('of channels/messenger.ts lead to entries that contain the codes', () => {
    const rows = read('src/channels/messenger.ts').matchAll(
      /^ \* \| (\d+) +\| (\w+) .*$/gm,
    );
    const codes = [...rows].map(([row, code, subcode]) => {
      const [, id] = /messenger-facts\.md#([\w-]+)/.exec(row) ?? [];
      const { text } = FACTS.find((fact) => fact.id === id) ?? { text: '' };
      expect(text).toMatch(new RegExp(`\\bcode ${code}\\b`));
      if (subcode !== 'any') expect(text).toContain(`subcode ${subcode}`);
      return code;
    });
    expect(codes).toEqual(['10', '100']);
  });
});

/** What is wrong with the days on which the facts were looked up, a line each. */
function outdated(
  facts: readonly Pick<Fact, 'id' | 'lookedUp'>[],
  now: Date,
): string[] {
  const oldest = new Date(now);
  oldest.setUTCFullYear(now.getUTCFullYear() - 1);
  oldest.setUTCHours(0, 0, 0, 0);
  return facts.flatMap(({ id, lookedUp }) => {
    const [day = ''] = lookedUp.split(';');
    const at = Date.parse(day);
    if (Number.isNaN(at)) return [`${id}: "${day}" is no date`];
    if (at > now.getTime()) return [`${id}: ${day} is in the future`];
    if (at >= oldest.getTime()) return [];
    return [
      `${id}: was looked up on ${day}, more than 12 months ago: look again at its source, and at what rests on it`,
    ];
  });
}

function readFacts(page: string): Fact[] {
  const [, ...entries] = page.split(/^### /m);
  return entries.map((entry) => {
    const [body = ''] = entry.split(/^## /m);
    const [id = '', , text = ''] = body.split('\n');
    const field = (name: string) =>
      new RegExp(`^- \\*\\*${name}\\*\\*: (.+)$`, 'm').exec(body)?.[1] ?? '';
    return {
      id,
      text,
      standing: field('Standing'),
      source: field('Source'),
      sourceDate: field('Date of the source'),
      lookedUp: field('Looked up'),
    };
  });
}

function markdown(folder: string): string[] {
  return filesOf(folder, ['.md']);
}

function sources(folder: string): string[] {
  return filesOf(folder, ['.ts', '.js', '.html']);
}

function filesOf(folder: string, endings: string[]): string[] {
  return ts.sys
    .readDirectory(path.join(ROOT, folder), endings)
    .map((file) => path.relative(ROOT, file));
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
