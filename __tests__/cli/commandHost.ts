import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** How a command ended. */
export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Of the developer's environment only what programs need: no credentials. */
export function plainEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME };
}

/**
 * Runs commands in one process that loads the libraries once; see `cliHost.js`.
 * What is about a process itself needs one of its own: signals, a terminal,
 * pipes, what the bot's code leaves behind.
 */
export class CommandHost {
  private child: ChildProcess | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param command the file that package.json names */
  constructor(private readonly command: string) {}

  /** Runs it in this folder when those before have ended. */
  run(folder: string, args: string[]): Promise<Ended> {
    const ended = this.last.then(() => this.ask(folder, args));
    this.last = ended.catch(() => {});
    return ended;
  }

  close(): void {
    this.child?.kill('SIGKILL');
  }

  private async ask(folder: string, args: string[]): Promise<Ended> {
    this.child ??= fork(path.join(__dirname, 'cliHost.js'), [this.command], {
      env: plainEnvironment(),
      // Jest's own are for TypeScript.
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { child } = this;
    const failed = new AbortController();
    const exited = once(child, 'exit', failed).then(() => {
      throw new Error(`The host ended at: ${args.join(' ')}`);
    });
    child.send({ folder, args });
    try {
      const [ended] = (await Promise.race([
        once(child, 'message', failed),
        exited,
      ])) as [Ended];
      return ended;
    } finally {
      exited.catch(() => {});
      failed.abort();
    }
  }
}
