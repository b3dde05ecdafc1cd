import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { codeBlocks } from './support/docs';

const SRC = path.join(__dirname, '..', 'src');

/** The drawing of the modules: where the arrows from each lead, and which paths it is. */
const { arrows, paths } = readDrawing();

const files = ts.sys
  .readDirectory(SRC, ['.ts'])
  .map((file) => path.relative(SRC, file));

describe('docs/architecture.md, the drawing of the modules', () => {
  it('has every file, once', () => {
    const misplaced = files.filter((file) => modulesOf(file).length !== 1);
    expect(misplaced).toEqual([]);
  });

  it('has no path that does not exist', () => {
    const all = [...paths.values()].flat();
    expect(all.filter((each) => !existsSync(path.join(SRC, each)))).toEqual([]);
  });

  it('has no circle', () => {
    const circular = [...paths.keys()].filter((module) =>
      leadsTo(module).has(module),
    );
    expect(circular).toEqual([]);
  });

  it('has an arrow, or several, for every import', () => {
    const against = imports().filter(
      ({ from, to }) => from !== to && !leadsTo(from).has(to),
    );
    expect(against.map(({ place }) => place)).toEqual([]);
  });

  it('has an import for every arrow', () => {
    const drawn = [...arrows].flatMap(([from, ends]) =>
      ends.map((to) => `${from} --> ${to}`),
    );
    const real = new Set(imports().map(({ from, to }) => `${from} --> ${to}`));
    expect(drawn.length).toBeGreaterThan(5);
    expect(drawn.filter((arrow) => !real.has(arrow))).toEqual([]);
  });
});

function readDrawing() {
  const [drawing] = codeBlocks('docs/architecture.md').filter(
    ({ language }) => language === 'mermaid',
  );
  const code = drawing?.code ?? '';
  const paths = new Map(
    [...code.matchAll(/^ +(\w+)\["(.+?)<br\/>/gm)].map(
      ([, module = '', list = '']) => [module, list.split(', ')],
    ),
  );
  const arrows = new Map<string, string[]>();
  for (const [, from = '', to = ''] of code.matchAll(/(\w+) --> (\w+)/g)) {
    arrows.set(from, [...(arrows.get(from) ?? []), to]);
  }
  return { arrows, paths };
}

function modulesOf(file: string): string[] {
  return [...paths.keys()].filter((module) =>
    paths
      .get(module)
      ?.some((each) =>
        each.endsWith('/') ? file.startsWith(each) : file === each,
      ),
  );
}

/** The modules that one can come to from this one, along the arrows. */
function leadsTo(module: string): Set<string> {
  const reached = new Set<string>();
  const follow = (from: string) => {
    for (const to of arrows.get(from) ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      follow(to);
    }
  };
  follow(module);
  return reached;
}

function imports() {
  return files.flatMap((file) => {
    const text = readFileSync(path.join(SRC, file), 'utf8');
    return ts
      .preProcessFile(text)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => {
        const target = path.join(path.dirname(file), fileName);
        return {
          place: `${file} imports ${target}`,
          from: modulesOf(file).join(),
          to: modulesOf(fileNamed(target)).join(),
        };
      });
  });
}

/** The file that an import without an extension, or of a folder, means. */
function fileNamed(target: string): string {
  const base = target.replace(/\.js$/, '');
  return files.includes(`${base}.ts`) ? `${base}.ts` : `${base}/index.ts`;
}
