/**
 * A program that compiles a file or folder of TypeScript as `npm run build` does,
 * without checking types, in a tenth of the time. It runs in a process of its own,
 * because Jest would load the compiler again for each suite.
 */
import fs from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

function transpile(source: string, target: string): void {
  if (fs.statSync(source).isDirectory()) {
    fs.mkdirSync(target, { recursive: true });
    for (const name of fs.readdirSync(source)) {
      transpile(path.join(source, name), path.join(target, name));
    }
  } else if (source.endsWith('.ts')) {
    const { outputText } = ts.transpileModule(fs.readFileSync(source, 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.Node16,
        esModuleInterop: true,
      },
      fileName: source,
    });
    fs.writeFileSync(target.replace(/\.ts$/, '.js'), outputText);
  } else {
    fs.copyFileSync(source, target);
  }
}

const [source = '', target = ''] = process.argv.slice(2);
transpile(source, target);
