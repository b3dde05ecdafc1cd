import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const REDIS_HINT =
  'These tests need redis-server and redis-sentinel on the PATH: apt-get install redis-server redis-sentinel';

/** Starts the server, says its process ID, and kills it when this process ends, however that happens. */
const KEEPER = '"$@" & echo "$!"; exec >&-; read -r _; kill -9 "$!"';

/** A redis-server or a redis-sentinel of the tests' own, on loopback. */
export class RedisProcess {
  private pid: number | undefined;
  private exited: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly port: number,
    private readonly command: readonly string[],
  ) {}

  static async start(
    port: number,
    command: readonly string[],
  ): Promise<RedisProcess> {
    const server = new RedisProcess(port, command);
    await server.start();
    return server;
  }

  /** Resolves when the server says that it is ready. */
  async start(): Promise<void> {
    const keeper = spawn('sh', ['-c', KEEPER, 'sh', ...this.command], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = createInterface(keeper.stdout);
    this.exited = once(lines, 'close').then(() => keeper.stdin.destroy());
    let output = '';
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        if (/^\d+$/.test(line)) this.pid = Number(line);
        output += `${line}\n`;
        if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve();
      });
      lines.on('close', () =>
        reject(new Error(`${REDIS_HINT}\nIt did not start:\n${output}`)),
      );
    });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    if (this.pid !== undefined) process.kill(this.pid, signal);
  }

  async kill(): Promise<void> {
    if (this.pid === undefined) return;
    this.signal('SIGKILL');
    this.pid = undefined;
    await this.exited;
  }
}

/** Settings of a server that keeps nothing on disk. */
export function redisServer(
  port: number,
  folder: string,
  settings: Record<string, string> = {},
): string[] {
  const all = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
    // A replica need not wait for others.
    'repl-diskless-sync-delay': '0',
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  return ['redis-server', ...args];
}

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'bottender-persona-redis-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
