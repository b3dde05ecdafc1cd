import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { compiled, compiledPackage } from '../support/compiled';

const ROOT = path.join(__dirname, '..', '..');

/** A folder for apps whose node_modules hold this package as npm would put it there. */
export interface Installation {
  folder: string;
  /** The file that package.json names as `bottender-persona`. */
  command: string;
  remove(): void;
}

/** The package in a folder of its own, with what else the project has installed beside it. */
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
  fs.cpSync(compiledPackage(), path.join(installed, 'dist'), {
    recursive: true,
  });
  fs.copyFileSync(
    compiled('__tests__/cli/folderStore.ts'),
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
