import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import ts from 'typescript';

const PACKAGE = path.join(__dirname, '..', '..');
const MODULES = path.join(PACKAGE, '..', '..', 'node_modules');

/** How a command has ended. */
export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A command that runs. */
export interface Running {
  /** Resolves with the match when the output has one; rejects when it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
}

/** The package in a folder of its own, built as `npm run build` does but for the types. */
export class Installed {
  private readonly folder = fs.mkdtempSync(
    path.join(os.tmpdir(), 'messenger-emulator-'),
  );
  private readonly running = new Set<Running>();

  constructor() {
    for (const name of ['bin', 'package.json']) {
      const target = path.join(this.folder, name);
      fs.cpSync(path.join(PACKAGE, name), target, { recursive: true });
    }
    build(path.join(PACKAGE, 'src'), path.join(this.folder, 'dist'));
    fs.symlinkSync(MODULES, path.join(this.folder, 'node_modules'));
  }

  /** Runs the file that package.json names as the command. */
  start(...args: string[]): Running {
    const { bin } = JSON.parse(
      fs.readFileSync(path.join(this.folder, 'package.json'), 'utf8'),
    ) as { bin: Record<string, string> };
    const file = path.join(this.folder, bin['messenger-emulator'] ?? '');
    return this.#watch(spawn(process.execPath, [file, ...args]));
  }

  #watch(child: ChildProcessWithoutNullStreams): Running {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const ended = once(child, 'close').then(([status]: (number | null)[]) => {
      this.running.delete(running);
      return { status: status ?? null, stdout, stderr };
    });
    const running: Running = {
      ended,
      pid: child.pid ?? 0,
      kill: (signal) => void child.kill(signal),
      printed: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const match = pattern.exec(stdout + stderr);
            if (match) resolve(match);
          };
          child.stdout.on('data', look);
          child.stderr.on('data', look);
          child.once('close', () =>
            reject(new Error(`It ended without it:\n${stdout}${stderr}`)),
          );
          look();
        }),
    };
    this.running.add(running);
    return running;
  }

  /** Runs the command as `npx messenger-emulator` does: below npm and its shell. */
  startWithNpx(...args: string[]): Running {
    const command = path.join(this.folder, 'bin', 'messenger-emulator.js');
    const script = `node ${command} ${args.join(' ')}; exit $?`;
    return this.#watch(
      // A process group of its own, so that `remove` reaches all of it.
      spawn('npm', ['exec', '--offline', '-c', script], {
        cwd: this.folder,
        detached: true,
      }),
    );
  }

  async remove(): Promise<void> {
    for (const { pid } of this.running) {
      for (const target of [-pid, pid]) {
        try {
          process.kill(target, 'SIGKILL');
        } catch {
          // Only one of the two exists.
        }
      }
    }
    await Promise.all([...this.running].map(({ ended }) => ended));
    fs.rmSync(this.folder, { recursive: true });
  }
}

function build(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory()) build(source, target);
    else if (!entry.name.endsWith('.ts')) fs.copyFileSync(source, target);
    else fs.writeFileSync(target.replace(/\.ts$/, '.js'), transpiled(source));
  }
}

function transpiled(source: string): string {
  return ts.transpileModule(fs.readFileSync(source, 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      esModuleInterop: true,
    },
    fileName: source,
  }).outputText;
}
