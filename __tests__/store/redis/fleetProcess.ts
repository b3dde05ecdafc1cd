import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { DirectoryEntries } from 'bottender-persona';

import { APP_SECRET, PAGE } from '../../support/bot';
import { bundledProgram } from '../../support/compiled';
import type { RedisPackage, RedisTarget } from '../../support/redisClients';

export interface FleetJob {
  /** The emulator's. */
  origin: string;
  redisUrl?: string;
  /** The package of its client: `redis`, unless another is named. */
  client?: RedisPackage;
  /** What it connects to, if that is not one server. */
  target?: RedisTarget;
  prefix?: string;
  directory?: DirectoryEntries;
  ephemeral?: { leaseMs?: number; lingerMs?: number };
}

/** How an event went in a process. */
export interface Handled {
  /** How long the handler took, milliseconds. */
  ms: number;
  error?: string;
}

interface Message {
  ready?: true;
  done?: string;
  ms?: number;
  error?: string;
  told?: string;
  persona?: string | null;
  refused?: string;
}

let lastId = 0;

/** A process of a fleet; see `fleetWorker.js`. */
export class FleetProcess {
  /** The names of the errors that `onCleanupError` got, each with that of its persona. */
  readonly told: string[] = [];
  /** The reasons that `onRefused` got. */
  readonly refused: string[] = [];
  private readonly waiting = new Map<string, (handled: Handled) => void>();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: Message) => {
      const { done, ms = 0, error, told, persona, refused } = message;
      if (told) this.told.push(`${told} ${persona ?? ''}`.trim());
      if (refused) this.refused.push(refused);
      if (done === undefined) return;
      this.waiting.get(done)?.({ ms, ...(error && { error }) });
      this.waiting.delete(done);
    });
    // A killed process sends nothing more.
    child.on('exit', () => {
      for (const resolve of this.waiting.values())
        resolve({ ms: 0, error: 'killed' });
      this.waiting.clear();
    });
  }

  static async start(job: FleetJob): Promise<FleetProcess> {
    const whole = {
      ...job,
      accessToken: PAGE.accessToken,
      appSecret: APP_SECRET,
      pageId: PAGE.id,
    };
    const child = fork(
      bundledProgram('store/redis/fleetWorker.js'),
      [JSON.stringify(whole)],
      // Jest's own are for TypeScript.
      { execArgv: [] },
    );
    const process = new FleetProcess(child);
    await once(child, 'message');
    return process;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when its handler has ended, or the process has. */
  handle(psid: string, text: string): Promise<Handled> {
    if (!this.isAlive) return Promise.resolve({ ms: 0, error: 'killed' });
    const id = String((lastId += 1));
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.send({ id, psid, text });
    });
  }

  /** Has the store take so long for each answer, or sets the clock so far ahead. */
  trouble(what: { lagMs: number } | { clockMs: number }): void {
    if (this.isAlive) this.child.send(what);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** `close()` as a graceful shutdown does, and the end of the process by itself. */
  async close(timeoutMs = 10_000): Promise<void> {
    if (!this.isAlive) return;
    const exited = once(this.child, 'exit');
    this.child.send({ close: { timeoutMs } });
    await exited;
  }
}
