import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/** In node_modules, so that the compiled files find their dependencies. */
const CACHE = path.join(ROOT, 'node_modules', '.cache', 'bottender-persona');

const DAY_MS = 24 * 60 * 60 * 1000;

/** The folder of the compiled package, for processes without ts-jest. */
export function compiledPackage(): string {
  return compiled('src');
}

/**
 * Compiles a file or folder of TypeScript, and returns the path of the result. It
 * is cached under a hash of its content, so all suites share it.
 *
 * @param source relative to the project's root
 */
export function compiled(source: string): string {
  const digest = createHash('sha256');
  addTo(digest, path.join(ROOT, source));
  const name = `${path.basename(source, '.ts')}-${digest.digest('hex')}`;
  const kept = path.join(CACHE, name) + path.extname(source).replace('t', 'j');
  if (fs.existsSync(kept)) {
    fs.utimesSync(kept, new Date(), new Date());
    return kept;
  }
  deleteOld();
  const draft = fs.mkdtempSync(path.join(CACHE, 'draft-'));
  const made = path.join(draft, path.basename(source));
  execFileSync(process.execPath, [
    ...['--import', 'tsx', path.join(__dirname, 'transpile.ts')],
    ...[path.join(ROOT, source), made],
  ]);
  try {
    fs.renameSync(made.replace(/\.ts$/, '.js'), kept);
  } catch (error) {
    // Another suite was faster.
    if (!fs.existsSync(kept)) throw error;
  }
  fs.rmSync(draft, { recursive: true });
  return kept;
}

function addTo(digest: ReturnType<typeof createHash>, file: string): void {
  if (fs.statSync(file).isDirectory()) {
    for (const name of fs.readdirSync(file)) {
      digest.update(name);
      addTo(digest, path.join(file, name));
    }
  } else digest.update(fs.readFileSync(file));
}

/** Deletes results that no suite has used for a day. */
function deleteOld(): void {
  fs.mkdirSync(CACHE, { recursive: true });
  for (const name of fs.readdirSync(CACHE)) {
    const file = path.join(CACHE, name);
    if (Date.now() - fs.statSync(file).mtimeMs > DAY_MS) {
      fs.rmSync(file, { recursive: true, force: true });
    }
  }
}
