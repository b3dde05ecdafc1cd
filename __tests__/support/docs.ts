import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

import ts from 'typescript';

const ROOT = path.join(__dirname, '..', '..');

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
  return [...markdown.matchAll(BLOCK)].map(({ index, groups }) => ({
    place: `${file}:${markdown.slice(0, index).split('\n').length}`,
    language: groups?.language ?? '',
    code: groups?.code ?? '',
    name: groups?.name,
  }));
}

/** The names in the first column of the table under a heading; of `a.b`, `a`. */
export function firstColumn(file: string, heading: string): string[] {
  const [, section = ''] = read(file).split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return [...text.matchAll(/^\| `(\w+)/gm)].map(([, cell = '']) => cell);
}

/**
 * Runs a block as the module that it is, and gives back its `App`, or what it
 * exports if it declares none.
 *
 * @param globals what stands for `require` and, in a test file, for Jest
 */
export function runBlock(
  { code, language, place }: CodeBlock,
  globals: Record<string, unknown>,
): unknown {
  const javascript =
    language === 'ts'
      ? ts.transpile(code, {
          module: ts.ModuleKind.CommonJS,
          target: ts.ScriptTarget.ES2022,
        })
      : code;
  const module = { exports: {} };
  const names = { ...globals, module, exports: module.exports };
  const run = vm.compileFunction(
    `${javascript}\nreturn typeof App === 'function' ? App : module.exports;`,
    Object.keys(names),
    { filename: place },
  ) as (...values: unknown[]) => unknown;
  return run(...Object.values(names));
}

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
      return code === undefined
        ? disk.getSourceFile(file, target, ...others)
        : ts.createSourceFile(file, code, target);
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

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
