import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { codeBlocks, ROOT } from './support/docs';

/** What one can come to from here, over any number of steps. */
function reachedFrom(start: string, steps: Map<string, string[]>): Set<string> {
  const reached = new Set<string>();
  const follow = (from: string) => {
    for (const to of steps.get(from) ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      follow(to);
    }
  };
  follow(start);
  return reached;
}

/** The drawing of a package's modules, and the files that it is of. */
class Drawing {
  readonly src: string;
  readonly files: string[];
  /** Where the arrows from each module lead. */
  readonly arrows = new Map<string, string[]>();
  /** Which paths a module is. */
  readonly paths: Map<string, string[]>;

  constructor(folder: string) {
    this.src = path.join(ROOT, folder, 'src');
    this.files = ts.sys
      .readDirectory(this.src, ['.ts'])
      .map((file) => path.relative(this.src, file));
    const [drawing] = codeBlocks(`${folder}docs/architecture.md`).filter(
      ({ language }) => language === 'mermaid',
    );
    const code = drawing?.code ?? '';
    this.paths = new Map(
      [...code.matchAll(/^ +(\w+)\["(.+?)<br\/>/gm)].map(
        ([, module = '', list = '']) => [module, list.split(', ')],
      ),
    );
    for (const [, from = '', to = ''] of code.matchAll(/(\w+) --> (\w+)/g)) {
      this.arrows.set(from, [...(this.arrows.get(from) ?? []), to]);
    }
  }

  modulesOf(file: string): string[] {
    return [...this.paths.keys()].filter((module) =>
      this.paths
        .get(module)
        ?.some((each) =>
          each.endsWith('/') ? file.startsWith(each) : file === each,
        ),
    );
  }

  /** The modules that one can come to from this one, along the arrows. */
  leadsTo(module: string): Set<string> {
    return reachedFrom(module, this.arrows);
  }

  imports() {
    return this.files.flatMap((file) => {
      const text = readFileSync(path.join(this.src, file), 'utf8');
      return ts
        .preProcessFile(text)
        .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => {
          const target = path.join(path.dirname(file), fileName);
          return {
            file,
            imported: this.#fileNamed(target),
            place: `${file} imports ${target}`,
            from: this.modulesOf(file).join(),
            to: this.modulesOf(this.#fileNamed(target)).join(),
          };
        });
    });
  }

  /** The file that an import without an extension, or of a folder, means. */
  #fileNamed(target: string): string {
    const base = target.replace(/\.js$/, '');
    return this.files.includes(`${base}.ts`)
      ? `${base}.ts`
      : path.join(base, 'index.ts');
  }
}

describe.each(['', 'packages/messenger-emulator/'])(
  'the module drawing of %sdocs/architecture.md',
  (folder) => {
    const drawing = new Drawing(folder);
    const { arrows, paths, files, src } = drawing;
    const imports = drawing.imports();

    it('contains every file once', () => {
      const misplaced = files.filter(
        (file) => drawing.modulesOf(file).length !== 1,
      );
      expect(misplaced).toEqual([]);
    });

    it('contains no path that does not exist', () => {
      const all = [...paths.values()].flat();
      expect(all.filter((each) => !existsSync(path.join(src, each)))).toEqual(
        [],
      );
    });

    it('has no cycle', () => {
      const circular = [...paths.keys()].filter((module) =>
        drawing.leadsTo(module).has(module),
      );
      expect(circular).toEqual([]);
    });

    it('has no files that import each other, directly or indirectly', () => {
      const graph = new Map<string, string[]>();
      for (const { file, imported } of imports) {
        graph.set(file, [...(graph.get(file) ?? []), imported]);
      }
      expect(
        files.filter((file) => reachedFrom(file, graph).has(file)),
      ).toEqual([]);
    });

    it('has a path of arrows for every import', () => {
      const against = imports.filter(
        ({ from, to }) => from !== to && !drawing.leadsTo(from).has(to),
      );
      expect(against.map(({ place }) => place)).toEqual([]);
    });

    it('has an import for every arrow', () => {
      const drawn = [...arrows].flatMap(([from, ends]) =>
        ends.map((to) => `${from} --> ${to}`),
      );
      const real = new Set(imports.map(({ from, to }) => `${from} --> ${to}`));
      expect(drawn.length).toBeGreaterThan(5);
      expect(drawn.filter((arrow) => !real.has(arrow))).toEqual([]);
    });
  },
);
