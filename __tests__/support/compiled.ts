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
  const extension = path.extname(source).replace('t', 'j');
  return cached(source, [source], extension, (draft) => {
    execFileSync(process.execPath, [
      ...['--import', 'tsx', path.join(__dirname, 'transpile.ts')],
      ...[path.join(ROOT, source), path.join(draft, path.basename(source))],
    ]);
  });
}

/**
 * A program in JavaScript with all that it requires, also this package, in one
 * file: a process with it starts in half the time.
 *
 * @param program relative to the tests' folder
 */
export function bundledProgram(program: string): string {
  const known = bundled.get(program) ?? bundle(program);
  bundled.set(program, known);
  return known;
}

const bundled = new Map<string, string>();

/** Beside the Lua scripts, which it reads from its own folder. */
const BUNDLE = path.join('store', 'redis', 'index.js');

function bundle(program: string): string {
  const entry = path.join('__tests__', program);
  const sources = [entry, '__tests__/support/redisClients.js', 'src'];
  const folder = cached(
    entry,
    [...sources, 'package-lock.json'],
    '',
    (draft) => {
      const target = path.join(draft, path.basename(entry));
      execFileSync(
        path.join(ROOT, 'node_modules', '.bin', 'esbuild'),
        [
          ...[entry, '--bundle', '--platform=node', '--log-level=warning'],
          ...['client', 'redis'].map(
            (name) => `--alias:bottender-persona/${name}=./src/${name}.ts`,
          ),
          '--alias:bottender-persona=./src/index.ts',
          `--outfile=${path.join(target, BUNDLE)}`,
        ],
        { cwd: ROOT },
      );
      const copyLua = [path.join('scripts', 'copyLua.js'), target];
      execFileSync(process.execPath, copyLua, { cwd: ROOT });
    },
  );
  return path.join(folder, BUNDLE);
}

/**
 * @param sources the files and folders that the result depends on
 * @param make makes a result of the same name as `main`, but for the extension, in a folder
 */
function cached(
  main: string,
  sources: string[],
  extension: string,
  make: (draft: string) => void,
): string {
  const digest = createHash('sha256');
  for (const source of sources) addTo(digest, path.join(ROOT, source));
  const name = `${path.basename(main, '.ts')}-${digest.digest('hex')}`;
  const kept = path.join(CACHE, name) + extension;
  if (fs.existsSync(kept)) {
    fs.utimesSync(kept, new Date(), new Date());
    return kept;
  }
  deleteOld();
  const draft = fs.mkdtempSync(path.join(CACHE, 'draft-'));
  make(draft);
  const [made = ''] = fs.readdirSync(draft);
  try {
    fs.renameSync(path.join(draft, made), kept);
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
