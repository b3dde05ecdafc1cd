import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { bundledProgram } from '../support/compiled';
import { PAGE } from '../support/pages';
import { profile } from '../support/personas';
import { StoreProxy } from './storeProxy';

export type StoreKind = 'redis' | 'keyv' | 'memory';

/** A bot and a person. Their IDs are on the Page. */
export const SPEAKERS = {
  max: { id: '11', ...profile('Max'), kind: 'bot' },
  adam: { id: '22', ...profile('Adam'), kind: 'human' },
} as const;

export interface SpeakerJob {
  readonly origin: string;
  readonly store: StoreKind;
  readonly redisPort: number;
  readonly lapseMs: number;
}

/** A call of the store that was made for a message. */
export interface StoreCall {
  /** Whether it asks what is due before the message. */
  readonly isDecision: boolean;
  readonly isAnswered: boolean;
  /** Quickly enough that it cannot have been given up. */
  readonly isInTime: boolean;
}

export interface SendResult {
  readonly calls: readonly StoreCall[];
  readonly error?: string;
}

/** A process with a network of its own to the store; see `speakerWorker.js`. */
export class SpeakerProcess {
  private readonly waiting = new Map<
    number,
    (result: SendResult | undefined) => void
  >();

  private constructor(
    private readonly child: ChildProcess,
    readonly proxy: StoreProxy,
  ) {
    child.on(
      'message',
      ({ done, ...result }: SendResult & { done: number }) => {
        this.waiting.get(done)?.(result);
        this.waiting.delete(done);
      },
    );
    child.on('exit', () => {
      for (const resolve of this.waiting.values()) resolve(undefined);
      this.waiting.clear();
    });
  }

  static async start(job: SpeakerJob): Promise<SpeakerProcess> {
    const proxy = await StoreProxy.start(job.redisPort);
    const { accessToken } = PAGE;
    const given = { ...job, url: proxy.url, accessToken, directory: SPEAKERS };
    const child = fork(
      bundledProgram('disclosure/speakerWorker.js'),
      [JSON.stringify(given)],
      // Jest's own are for TypeScript.
      { execArgv: ['--no-warnings'] },
    );
    const started = new SpeakerProcess(child, proxy);
    await once(child, 'message');
    return started;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when the message was answered; to `undefined` where the process was killed. */
  send(
    id: number,
    psid: string,
    name: keyof typeof SPEAKERS,
  ): Promise<SendResult | undefined> {
    return this.ask(id, { psid, name });
  }

  /** Resolves when all timers of the process that were to fire within this time have fired. */
  async idle(idleMs: number): Promise<void> {
    await this.ask(-1, { idleMs });
  }

  private ask(id: number, job: object): Promise<SendResult | undefined> {
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.send({ id, ...job }, (error) => {
        // It was killed just now.
        if (error) resolve(undefined);
      });
    });
  }

  async kill(): Promise<void> {
    if (this.isAlive) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exited;
    }
    this.proxy.close();
  }
}
