import { readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { documentsIn, read, ROOT } from './support/docs';

const PACKAGES = [
  { folder: '.', entries: ['src/index.ts', 'src/redis.ts'] },
  { folder: 'packages/messenger-emulator', entries: ['src/index.ts'] },
];

describe.each(PACKAGES)('docs/api of $folder', ({ folder, entries }) => {
  const pages = documentsIn(path.join(folder, 'docs/api'));
  const text = pages.map(read).join('\n');

  it('names no type that the package does not export', () => {
    const kept = keptTypes(folder, entries);
    expect(kept.size).toBeGreaterThan(20);
    // In code, and not in words that happen to be the same.
    const code = text.match(/^```ts\n.*?^```$|`[^`\n]+`/gms)?.join('\n') ?? '';
    const named = new Set(code.match(/\b[A-Z]\w+\b/g));
    // A type parameter may have the name of a type.
    for (const [, name = ''] of text.matchAll(
      /<a id="type-parameter-[\w-]+"><\/a> `(\w+)`/g,
    )) {
      named.delete(name);
    }
    expect([...kept].filter((name) => named.has(name))).toEqual([]);
  });

  it.each(pages)('%s begins with its contents', (page) => {
    const members = read(page).match(/(?<=^### ).*$/gm) ?? [];
    const [, contents = ''] =
      /^## Contents\n(.*?)^## /ms.exec(read(page)) ?? [];
    expect(contents.match(/\]\(#/g) ?? []).toHaveLength(members.length);
  });

  it('follows the order of the exports', () => {
    const order = entries.flatMap((entry) => {
      const lists = read(path.join(folder, entry)).matchAll(
        /^export (?:type )?\{([^}]*)\}/gm,
      );
      return [...lists].flatMap(([, list = '']) => list.match(/\b[\w]+\b/g));
    });
    for (const page of pages) {
      const groups = read(page).matchAll(/^\*\*[\w ]+\*\*: (.*)$/gm);
      for (const [, links = ''] of groups) {
        const names = [...links.matchAll(/\[(\w+)/g)].map(([, name]) => name);
        const positions = names
          .map((name) => order.indexOf(name ?? ''))
          // What `export *` exports keeps the order of its file.
          .filter((position) => position >= 0);
        expect(positions).toEqual([...positions].sort((a, b) => a - b));
      }
    }
  });

  it('has no dash instead of a description', () => {
    expect(text.match(/^\|.*\| - \|$/gm)).toBeNull();
  });

  it('has no empty column', () => {
    const tables = text.match(/(?:^\|.*\|\n)+/gm) ?? [];
    expect(tables.length).toBeGreaterThan(5);
    const empty = tables.filter((table) => {
      const [head = [], , ...body] = table
        .trim()
        .split('\n')
        .map((row) => row.slice(1, -1).split(/(?<!\\)\|/));
      return head.some((_, column) =>
        body.every((row) => ['', '-'].includes(row[column]?.trim() ?? '')),
      );
    });
    expect(empty).toEqual([]);
  });
});

/** The names of types that are declared in a package and not exported from it. */
function keptTypes(folder: string, entries: string[]): Set<string> {
  const root = path.join(ROOT, folder);
  const program = programOf(entries.map((entry) => path.join(root, entry)));
  const checker = program.getTypeChecker();
  const exported = new Set(
    entries.flatMap((entry) => {
      const file = program.getSourceFile(path.join(root, entry));
      const symbol = file && checker.getSymbolAtLocation(file);
      return symbol
        ? checker.getExportsOfModule(symbol).map(({ name }) => name)
        : [];
    }),
  );
  const declared = ts.sys
    .readDirectory(path.join(root, 'src'), ['.ts'])
    .flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(
        /^(?:export )?(?:abstract )?(?:type|interface|class) (\w+)/gm,
      ),
    ])
    .map(([, name = '']) => name)
    // Bottender has one of that name too, which is meant there.
    .filter((name) => name !== 'Action');
  return new Set(declared.filter((name) => !exported.has(name)));
}

/** Without libraries and packages, whose types are not needed here. */
function programOf(files: string[]): ts.Program {
  const options = { noLib: true, types: [], module: ts.ModuleKind.Node16 };
  const host = ts.createCompilerHost(options);
  return ts.createProgram(files, options, {
    ...host,
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) =>
        text.startsWith('.')
          ? ts.resolveModuleName(text, from, options, host)
          : { resolvedModule: undefined },
      ),
  });
}
