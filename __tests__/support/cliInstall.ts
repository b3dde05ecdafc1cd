import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import ts from 'typescript';

const ROOT = path.join(__dirname, '..', '..');

/** A folder for apps whose node_modules hold this package as npm would put it there. */
export interface Installation {
  folder: string;
  /** The file that package.json names as `bottender-persona`. */
  command: string;
  remove(): void;
}

/**
 * Builds the package as `npm run build` does, but for the types, into a folder
 * of its own, with what else the project has installed beside it.
 */
export function installPackage(): Installation {
  const folder = fs.realpathSync(
    fs.mkdtempSync(path.join(os.tmpdir(), 'bottender-persona-')),
  );
  const modules = path.join(folder, 'node_modules');
  const installed = path.join(modules, 'bottender-persona');
  fs.mkdirSync(installed, { recursive: true });
  for (const name of fs.readdirSync(path.join(ROOT, 'node_modules'))) {
    const target = path.join(ROOT, 'node_modules', name);
    fs.symlinkSync(target, path.join(modules, name));
  }
  fs.copyFileSync(
    path.join(ROOT, 'package.json'),
    path.join(installed, 'package.json'),
  );
  build(path.join(ROOT, 'src'), path.join(installed, 'dist'));
  transpile(
    path.join(__dirname, 'cliStore.ts'),
    path.join(modules, 'folder-store.js'),
  );
  const { bin } = JSON.parse(
    fs.readFileSync(path.join(installed, 'package.json'), 'utf8'),
  ) as { bin: Record<string, string> };
  return {
    folder,
    command: path.join(installed, bin['bottender-persona'] ?? ''),
    remove: () => fs.rmSync(folder, { recursive: true }),
  };
}

function build(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory()) build(source, target);
    else if (!entry.name.endsWith('.ts')) fs.copyFileSync(source, target);
    else transpile(source, target.replace(/\.ts$/, '.js'));
  }
}

function transpile(source: string, target: string): void {
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
