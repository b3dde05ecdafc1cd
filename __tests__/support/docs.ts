import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

export const ROOT = path.join(__dirname, '..', '..');

/** Pages in docs/ that are not in the package, so that packed pages do not link to them. */
export const FOR_CONTRIBUTORS: ReadonlySet<string> = new Set([
  'architecture.md',
  'benchmarks.md',
  'mutation.md',
]);

/** A code block of a Markdown file. */
export interface CodeBlock {
  /** Where it is, for messages: `README.md:12`. */
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

/** The Markdown files of a folder, from the root, without those in folders of it. */
export function documentsIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

/** The first cells of the table under a heading, without that of its head. */
export function firstCells(file: string, heading: string): string[] {
  const sections = `\n${read(file)}`.split(/\n#+ (?=.*\n)/);
  const text =
    sections.find((section) => section.startsWith(`${heading}\n`)) ?? '';
  const [, ...cells] = [...text.matchAll(/^\| +(.*?) +\|/gm)]
    .map(([, cell = '']) => cell)
    .filter((cell) => !/^-+$/.test(cell));
  return cells;
}

/** Those of them that are names: of `a.b`, `a`. */
export function firstColumn(file: string, heading: string): string[] {
  return firstCells(file, heading).map((cell) => /\w+/.exec(cell)?.[0] ?? '');
}

/**
 * Runs a block as the module that it is, and gives back what it exports, or its
 * `App` if it exports nothing.
 *
 * @param globals what stands for `require` and, in a test file, for Jest
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
  // Not by node:vm, in whose realm a block's RegExp would be none to Bottender.
  const run = Reflect.construct(Function, [
    ...Object.keys(names),
    `${javascript}
const isBare = typeof App === 'function' && Object.keys(module.exports).length === 0;
return isBare ? App : module.exports;
//# sourceURL=${place}`,
  ]) as (...values: unknown[]) => unknown;
  return run(...Object.values(names));
}

/** The files of packages and of this project, parsed once a suite. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler has to say about the blocks, by this project's own strict settings. */
export function typeErrors(blocks: readonly CodeBlock[]): string[] {
  const { config } = ts.readConfigFile(
    path.join(ROOT, 'tsconfig.json'),
    (file) => ts.sys.readFile(file),
  ) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
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
    .map(
      ({ file, messageText }) =>
        `${path.basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

/** The files and headings that a file links to, as far as they are this project's. */
function localLinks(file: string): string[] {
  const text = read(file).replace(/^```.*?^```$/gms, '');
  const links = text.matchAll(
    /\]\((?!https?:)([^)\s]+)\)|^\[[^\]]+\]: (?!https?:)(\S+)$/gm,
  );
  return [...links].map(([, inline, reference]) => inline ?? reference ?? '');
}

/** A link's file, from the root, and its heading. */
function parseLink(file: string, link: string): [string, string | undefined] {
  const [target = '', heading] = link.split('#');
  const linked =
    target === '' ? file : path.join(path.dirname(file), decodeURI(target));
  return [linked, heading];
}

/** The links that lead nowhere. */
export function brokenLinks(file: string): string[] {
  return localLinks(file).filter((link) => {
    const [linked, heading] = parseLink(file, link);
    if (!existsSync(path.join(ROOT, linked))) return true;
    return heading !== undefined && !anchors(linked).has(heading);
  });
}

/** The files that it links to and that are not among these. */
export function linksBeyond(
  file: string,
  files: ReadonlySet<string>,
): string[] {
  return localLinks(file)
    .map((link) => parseLink(file, link)[0])
    .filter((linked) => !files.has(linked));
}

/** The headings' names in links, as Markdown renderers make them, and what HTML names. */
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
