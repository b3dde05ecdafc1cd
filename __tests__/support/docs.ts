import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

export const ROOT = path.join(__dirname, '..', '..');

/** Pages of docs/ that are not in the package. Packed pages must not link to them. */
export const FOR_CONTRIBUTORS: ReadonlySet<string> = new Set([
  'architecture.md',
  'benchmarks.md',
  'mutation.md',
]);

/** A code block of a Markdown file. */
export interface CodeBlock {
  /** Its place, for messages: `README.md:12`. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
  /** The name in the comment before it: `<!-- run: name -->`. */
  readonly name: string | undefined;
}

const BLOCK =
  /(?:^<!-- run: (?<name>[\w-]+) -->\n+)?^```(?<language>\w+)\n(?<code>.*?)^```$/gms;

export function codeBlocks(file: string): CodeBlock[] {
  const markdown = read(file);
  return [...markdown.matchAll(BLOCK)].map(({ index, groups }) => {
    const before = markdown.slice(0, index);
    return {
      place: `${file}:${before.split('\n').length}`,
      language: groups?.language ?? '',
      code: groups?.code ?? '',
      name: groups?.name,
    };
  });
}

/** The Markdown files of a folder, without those in its subfolders. Paths are relative to the root. */
export function documentsIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

/** The first cells of the rows of the table under a heading. */
export function firstCells(file: string, heading: string): string[] {
  const sections = `\n${read(file)}`.split(/\n#+ (?=.*\n)/);
  const text =
    sections.find((section) => section.startsWith(`${heading}\n`)) ?? '';
  const [, ...cells] = [...text.matchAll(/^\| +(.*?) +\|/gm)]
    .map(([, cell = '']) => cell)
    .filter((cell) => !/^-+$/.test(cell));
  return cells;
}

/** The names in these cells: `a` for `a.b`. */
export function firstColumn(file: string, heading: string): string[] {
  return firstCells(file, heading).map((cell) => /\w+/.exec(cell)?.[0] ?? '');
}

/**
 * Runs a block as a module and returns what it exports, or its `App` if it exports
 * nothing.
 *
 * @param globals variables of the block: `require` and, for a test file, those of Jest
 */
export function runBlock(
  { code, language, place }: CodeBlock,
  globals: Record<string, unknown>,
): unknown {
  const javascript =
    language === 'ts' || /^import /m.test(code)
      ? ts.transpile(code, {
          module: ts.ModuleKind.CommonJS,
          target: ts.ScriptTarget.ES2022,
        })
      : code;
  const module = { exports: {} };
  const names = { ...globals, module, exports: module.exports };
  // Not with node:vm, whose RegExps are not those of Bottender's realm.
  const run = Reflect.construct(Function, [
    ...Object.keys(names),
    `${javascript}
const isBare = typeof App === 'function' && Object.keys(module.exports).length === 0;
return isBare ? App : module.exports;
//# sourceURL=${place}`,
  ]) as (...values: unknown[]) => unknown;
  return run(...Object.values(names));
}

/** Files of packages and of this project, parsed once per suite. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The compiler's errors in the blocks, with this project's strict settings. */
export function typeErrors(blocks: readonly CodeBlock[]): string[] {
  const { config } = ts.readConfigFile(
    path.join(ROOT, 'tsconfig.json'),
    (file) => ts.sys.readFile(file),
  ) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  // Otherwise blocks without imports share their global variables.
  options.moduleDetection = ts.ModuleDetectionKind.Force;
  const files = new Map(
    blocks.map(({ place, code }) => [
      path.join(ROOT, `${place.replace(':', '-')}.ts`),
      code,
    ]),
  );
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    readFile: (file) => files.get(file) ?? disk.readFile(file),
    getSourceFile: (file, target, ...others) => {
      const code = files.get(file);
      if (code !== undefined) return ts.createSourceFile(file, code, target);
      if (!parsed.has(file)) {
        parsed.set(file, disk.getSourceFile(file, target, ...others));
      }
      return parsed.get(file);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()]
    .flatMap((file) => {
      const source = program.getSourceFile(file);
      return [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ];
    })
    .map(({ file, messageText }) => {
      const place = path.relative(ROOT, file?.fileName ?? '');
      return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}

/** The files and headings of this project that a file links to. */
function localLinks(file: string): string[] {
  const text = read(file).replace(/^```.*?^```$/gms, '');
  const links = text.matchAll(
    /\]\((?!https?:)([^)\s]+)\)|^\[[^\]]+\]: (?!https?:)(\S+)$/gm,
  );
  return [...links].map(([, inline, reference]) => inline ?? reference ?? '');
}

/** The file of a link, relative to the root, and its heading. */
function parseLink(file: string, link: string): [string, string | undefined] {
  const [target = '', heading] = link.split('#');
  const linked =
    target === '' ? file : path.join(path.dirname(file), decodeURI(target));
  return [linked, heading];
}

/** The links whose file or heading does not exist. */
export function brokenLinks(file: string): string[] {
  return localLinks(file).filter((link) => {
    const [linked, heading] = parseLink(file, link);
    if (!existsSync(path.join(ROOT, linked))) return true;
    return heading !== undefined && !anchors(linked).has(heading);
  });
}

/** The files that it links to, without these. */
export function linksBeyond(
  file: string,
  files: ReadonlySet<string>,
): string[] {
  return localLinks(file)
    .map((link) => parseLink(file, link)[0])
    .filter((linked) => !files.has(linked));
}

/** The anchors of headings, as Markdown renderers name them, and those of HTML. */
function anchors(file: string): Set<string> {
  const text = read(file).replace(/^```.*?^```$/gms, '');
  const names = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#+ (.*)$/gm)) {
    const name = heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-');
    let nth = 0;
    while (names.has(nth ? `${name}-${nth}` : name)) nth += 1;
    names.add(nth ? `${name}-${nth}` : name);
  }
  for (const [, id = ''] of text.matchAll(/<a id="([^"]+)">/g)) names.add(id);
  return names;
}

export function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
