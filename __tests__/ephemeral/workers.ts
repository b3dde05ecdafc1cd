import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { SweepResult } from 'bottender-persona';

import { APP_SECRET, PAGE } from '../support/bot';
import { bundledProgram } from '../support/compiled';

/** What a worker is to do; see `worker.js`. */
export interface Job {
  /** The emulator's. */
  origin: string;
  redisUrl?: string;
  ephemeral?: { leaseMs?: number; lingerMs?: number };
  /** Where the worker writes the ID of each persona that a handler got. */
  gotFile?: string;
  /** Handlers wait for `goOn()` between two sends. */
  pauses?: boolean;
  /** Handlers do not await what they send; the worker tells of a rejection that nobody handles. */
  forgets?: boolean;
}

/** What a worker tells. */
interface Message {
  webhookUrl?: string;
  swept?: SweepResult;
  paused?: boolean;
  handled?: boolean;
  told?: string;
  refused?: string;
  unhandled?: string;
}

export class Worker {
  private constructor(
    private readonly child: ChildProcess,
    readonly webhookUrl: string,
  ) {}

  /** Resolves when the worker listens for webhooks. */
  static async start(job: Job): Promise<Worker> {
    const child = run('serve', job);
    const { webhookUrl } = await told(child, 'webhookUrl');
    return new Worker(child, webhookUrl);
  }

  /** Resolves when a handler waits. */
  async paused(): Promise<void> {
    await told(this.child, 'paused');
  }

  goOn(): void {
    this.child.send('go on');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

/** Sweeps from a process of its own. */
export async function sweepElsewhere(job: Job): Promise<SweepResult> {
  const child = run('sweep', job);
  const exited = once(child, 'exit');
  const { swept } = await told(child, 'swept');
  await exited;
  return swept;
}

/** Handles one event in a process of its own. @returns its exit code, when it has ended by itself */
export async function handleOnce(job: Job): Promise<number | null> {
  const child = run('once', job);
  const exited = once(child, 'exit');
  await told(child, 'handled');
  const [code] = (await exited) as [number | null];
  return code;
}

/** Handles one event in a process of its own. @returns what was rejected and not handled there */
export async function unhandledAt(job: Job): Promise<string> {
  const child = run('once', { ...job, forgets: true });
  const exited = once(child, 'exit');
  const { unhandled } = await told(child, 'unhandled');
  await exited;
  return unhandled;
}

function run(does: 'serve' | 'sweep' | 'once', job: Job): ChildProcess {
  const whole = {
    does,
    ...job,
    accessToken: PAGE.accessToken,
    appSecret: APP_SECRET,
    pageId: PAGE.id,
    psid: '3001',
  };
  return fork(bundledProgram('ephemeral/worker.js'), [JSON.stringify(whole)], {
    // Jest's own are for TypeScript.
    execArgv: [],
    // What only serves is killed by its test, what has an end is to come to it.
    timeout: does === 'serve' ? undefined : 15_000,
  });
}

type Told<K extends keyof Message> = Required<Pick<Message, K>>;

/** Waits for a message about this. */
function told<K extends keyof Message>(
  child: ChildProcess,
  about: K,
): Promise<Told<K>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      if (typeof message !== 'object' || message === null) return;
      if (!(about in message)) return;
      child.off('exit', onExit);
      child.off('message', onMessage);
      resolve(message as Told<K>);
    };
    const onExit = () =>
      reject(new Error(`The worker ended before it told of "${about}".`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}
