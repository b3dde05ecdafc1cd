import fs from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

/** A folder of TypeScript as `npm run build` compiles it, but for the types, which takes a tenth of the time. */
export function transpileFolder(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory()) transpileFolder(source, target);
    else if (!entry.name.endsWith('.ts')) fs.copyFileSync(source, target);
    else transpile(source, target.replace(/\.ts$/, '.js'));
  }
}

export function transpile(source: string, target: string): void {
  const { outputText } = ts.transpileModule(fs.readFileSync(source, 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      esModuleInterop: true,
    },
    fileName: source,
  });
  fs.writeFileSync(target, outputText);
}
