import { setTimeout as sleep } from 'node:timers/promises';

import {
  startFakeGraph,
  type GraphCall,
  type Reply,
} from '../support/fakeGraph';
import { PAGE } from '../support/pages';
import type { Attempt, Moment, Sent } from './disclosureModel';
import { SpeakerProcess, type SpeakerJob } from './speakerProcess';

/** Where a process is killed while it sends; the store's steps are seen on its network. */
export const KILL_POINTS = [
  'claimed',
  'disclosing',
  'disclosed',
  'settling',
  'settled',
  'sending',
  'sent',
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

export type Trouble =
  | { readonly type: 'none' }
  /** Time passes, and nobody speaks. */
  | { readonly type: 'lapse' }
  /** Messenger takes its time for the disclosures of a process. */
  | {
      readonly type: 'slow';
      readonly process: number;
      readonly before: 'delivery' | 'answer';
    }
  | {
      readonly type: 'kill';
      readonly process: number;
      readonly point: KillPoint;
    }
  /** Some processes do not reach the store. */
  | {
      readonly type: 'away';
      readonly how: 'pause' | 'refuse';
      readonly processes: readonly number[];
    };

export interface Send {
  readonly customer: number;
  readonly process: number;
  readonly speaker: 'max' | 'adam';
  readonly afterMs: number;
  /** What Messenger refuses of it. */
  readonly refused?: 'disclosure' | 'message' | undefined;
}

/** Messages at once, and what happens meanwhile. */
export interface Round {
  readonly sends: readonly Send[];
  readonly trouble: Trouble;
}

const SLOW_MS = 400;
/** A process asks once a second whether its store is back. */
const RETRY_MS = 1100;
const MAX_SETTLE_MS = 30_000;
const REFUSED: Reply = {
  status: 400,
  body: {
    error: { code: 551, message: 'This person is not available right now.' },
  },
};

let lastId = 0;
let lastScene = 0;

/** Plays rounds with processes of its own, and returns all that was sent. */
export async function play(
  rounds: readonly Round[],
  job: Omit<SpeakerJob, 'origin'>,
): Promise<Attempt[]> {
  const scene = new Scene(job);
  try {
    await scene.play(rounds);
  } finally {
    await scene.end();
  }
  return scene.attempts;
}

class Scene {
  readonly attempts: Attempt[] = [];
  private readonly psidBase = `${(lastScene += 1)}0`;
  private readonly processes = new Map<number, SpeakerProcess>();
  private readonly refusals = new Map<number, Send['refused']>();
  private trouble: Trouble = { type: 'none' };
  /** Called where the process is to be killed. */
  private reached: (() => void) | undefined;
  private origin = '';
  private ticks = 0;

  constructor(private readonly job: Omit<SpeakerJob, 'origin'>) {}

  async play(rounds: readonly Round[]): Promise<void> {
    const graph = await startFakeGraph((call) => this.answer(call));
    this.origin = graph.origin;
    for (const [number, round] of rounds.entries()) {
      await this.playRound(number, round);
    }
  }

  async end(): Promise<void> {
    for (const process of this.processes.values()) await process.kill();
  }

  private async playRound(
    number: number,
    { sends, trouble }: Round,
  ): Promise<void> {
    if (trouble.type === 'lapse') await sleep(this.job.lapseMs * 1.1);
    const taking = [...new Set(sends.map(({ process }) => process))];
    await Promise.all(taking.map((process) => this.processAt(process)));
    this.trouble = trouble;
    const killing = trouble.type === 'kill' ? this.killAt(trouble) : undefined;
    if (trouble.type === 'away') this.cut(trouble);
    const sent = await Promise.all(
      sends.map((each) => this.send(number, each, trouble)),
    );
    await killing?.end();
    this.trouble = { type: 'none' };
    if (trouble.type === 'away') this.reconnect(trouble);
    await this.settle(sent);
  }

  private async processAt(position: number): Promise<SpeakerProcess> {
    const running = this.processes.get(position);
    if (running?.isAlive) return running;
    const { job, origin } = this;
    const started = await SpeakerProcess.start({ ...job, origin });
    this.processes.set(position, started);
    return started;
  }

  private async send(
    round: number,
    { customer, process, speaker, afterMs, refused }: Send,
    trouble: Trouble,
  ): Promise<Attempt> {
    const speaking = this.processes.get(process);
    if (!speaking) throw new Error('no such process');
    await sleep(afterMs);
    const id = (lastId += 1);
    const attempt: Attempt = {
      id,
      round,
      customer,
      process,
      kind: speaker === 'max' ? 'bot' : 'human',
      isAway: trouble.type === 'away' && trouble.processes.includes(process),
      begun: this.now(),
      ended: undefined,
      message: undefined,
      disclosures: [],
      refusedDisclosures: [],
      isRefused: false,
      decidedBy: 'either',
    };
    this.attempts.push(attempt);
    if (!speaking.isAlive) return attempt;
    this.refusals.set(id, refused);
    const result = await speaking.send(
      id,
      `${this.psidBase}${customer}`,
      speaker,
    );
    if (!result) return attempt;
    const { calls, error } = result;
    attempt.ended = this.now();
    if (error !== undefined && !attempt.isRefused) {
      throw new Error(`A message was not sent: ${error}`);
    }
    const decisions = calls.filter(({ isDecision }) => isDecision);
    if (this.job.store === 'memory') attempt.decidedBy = 'store';
    else if (!decisions.some(({ isAnswered }) => isAnswered)) {
      attempt.decidedBy = 'process';
    } else if (calls.every(({ isInTime }) => isInTime)) {
      attempt.decidedBy = 'store';
    }
    return attempt;
  }

  /** Waits until the store has what processes have decided alone. */
  private async settle(sent: readonly Attempt[]): Promise<void> {
    const alone = new Map<number, Set<number>>();
    for (const { decidedBy, process, customer } of sent) {
      if (decidedBy === 'store') continue;
      const customers = alone.get(process) ?? new Set();
      alone.set(process, customers);
      if (decidedBy === 'process') customers.add(customer);
    }
    await Promise.all(
      [...alone].map(async ([position, { size }]) => {
        const process = this.processes.get(position);
        if (process?.isAlive) await untilSettled(process, size);
      }),
    );
  }

  private cut({ how, processes }: Trouble & { type: 'away' }): void {
    for (const position of processes) {
      const proxy = this.processes.get(position)?.proxy;
      if (how === 'pause') proxy?.pause();
      else proxy?.refuse();
    }
  }

  private reconnect({ processes }: Trouble & { type: 'away' }): void {
    for (const position of processes) {
      this.processes.get(position)?.proxy.resume();
    }
  }

  /** Kills the process when it reaches the point, or at the end of the round. */
  private killAt({ process: position, point }: Trouble & { type: 'kill' }) {
    const process = this.processes.get(position);
    let killed: Promise<void> | undefined;
    const kill = () => (killed ??= process?.kill());
    this.reached = () => void kill();
    if (process) {
      let isSettling = false;
      process.proxy.watcher = (way, text) => {
        const isRequest = way === 'to the store';
        const isEnd =
          isRequest &&
          (text.includes('"step":"end"') || /\bset\b.*:bot/is.test(text));
        const isHere =
          (point === 'claimed' && !isRequest && text.includes('"moment"')) ||
          (point === 'settling' && isEnd) ||
          (point === 'settled' && !isRequest && isSettling);
        isSettling ||= isEnd;
        if (isHere) void kill();
        return isHere;
      };
    }
    return {
      end: async () => {
        this.reached = undefined;
        await kill();
        // What it has sent arrives.
        await sleep(50);
      },
    };
  }

  private async answer({ path, body, closed }: GraphCall): Promise<Reply> {
    if (path === '/me') return { body: { id: PAGE.id, name: PAGE.name } };
    if (path !== '/me/messages') return { body: { data: [] } };
    const { message } = JSON.parse(body) as { message: { text: string } };
    const [, moment, id] = /^(?:\[(\w+)\] )?(\d+)$/.exec(message.text) ?? [];
    const attempt = this.attempts.find((each) => each.id === Number(id));
    if (!attempt) throw new Error(`Who sent ${message.text}?`);
    return this.deliver(attempt, moment as Moment | undefined, closed);
  }

  private async deliver(
    attempt: Attempt,
    moment: Moment | undefined,
    closed: Promise<unknown>,
  ): Promise<Reply> {
    const { trouble } = this;
    const isIts = 'process' in trouble && trouble.process === attempt.process;
    const refused = this.refusals.get(attempt.id);
    const point = isIts && trouble.type === 'kill' ? trouble.point : undefined;
    const killed = async (): Promise<Reply> => {
      this.reached?.();
      await closed;
      return { fault: 'disconnect' };
    };
    if (point === (moment ? 'disclosing' : 'sending')) return killed();
    const slow = moment && isIts && trouble.type === 'slow' && trouble.before;
    if (slow === 'delivery') await sleep(SLOW_MS);
    if (refused === (moment ? 'disclosure' : 'message')) {
      if (moment) attempt.refusedDisclosures.push(moment);
      else attempt.isRefused = true;
      return REFUSED;
    }
    if (moment) attempt.disclosures.push({ ...this.now(), moment });
    else attempt.message = this.now();
    if (slow === 'answer') await sleep(SLOW_MS);
    if (point === (moment ? 'disclosed' : 'sent')) return killed();
    return { body: { recipient_id: '1', message_id: `m_${this.ticks}` } };
  }

  private now(): Sent {
    return { tick: (this.ticks += 1), ms: performance.now() };
  }
}

/** Waits until a process has told its store of so many conversations, and has no more to tell. */
async function untilSettled(
  process: SpeakerProcess,
  conversations: number,
): Promise<void> {
  const { proxy } = process;
  const deadline = performance.now() + MAX_SETTLE_MS;
  let requests: number;
  do {
    if (performance.now() > deadline) {
      throw new Error('A process does not tell its store what it did');
    }
    ({ requests } = proxy);
    await process.idle(RETRY_MS);
  } while (proxy.keys.size < conversations || proxy.requests > requests);
}
