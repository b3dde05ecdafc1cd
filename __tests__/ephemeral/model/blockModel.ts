import type { Acquired, Released, Use } from '../../../src/store/port';

import {
  create,
  initialState,
  onStore,
  PAGE,
  spend,
  update,
  useOf,
  type ModelState,
} from './processModel';
import type { System } from './search';
import { emptyStore, textOf } from './storeState';

/** Times in ticks. */
const OPTIONS = { leaseMs: 3, claimMs: 2 };
const SLOT = 'fly:guest';

/** What may happen besides what is meant to, and how often. */
export interface Budget {
  /** Blocks that each process begins. */
  readonly blocks: readonly number[];
  /** Calls of the store that take their time: on their way to it, and on their way back. */
  readonly slow?: number;
  /** Slow calls of the store whose answer never comes; the call may be carried out late, or not at all. */
  readonly lostAnswers?: number;
  /** Slow calls that are carried out twice, the second time at any moment. */
  readonly twice?: number;
  readonly kills?: number;
  /** Ticks that a process sleeps through. */
  readonly stalls?: number;
  /** Times that the store loses its data. */
  readonly losses?: number;
  readonly ticks?: number;
}

/** How processes behave, where that differs from what `Leases` does. */
export interface Fault {
  /** Renews a use whose release has not been answered. */
  readonly renewsReleased?: boolean;
  /** Has the store refuse no renewal that arrives late. */
  readonly sendsNoFence?: boolean;
  /** Lets go of a lease that the store had lost. */
  readonly abandonsUnknown?: boolean;
}

type Kind = 'acquire' | 'renew' | 'release' | 'forget';

/** A call of the store that is on its way, or was carried out. */
interface Call {
  readonly kind: Kind;
  readonly by: number;
  readonly use: Use;
  readonly fence: boolean;
  /** Absent until it is carried out. */
  readonly answer?: unknown;
  /** Whether the process waits for the answer. */
  readonly isAwaited: boolean;
}

type Phase =
  | 'idle'
  | 'acquiring'
  | 'creating'
  | 'settling'
  | 'using'
  | 'releasing'
  | 'unanswered'
  | 'rechecking'
  | 'deleting'
  | 'forgetting'
  | 'dead';

interface Process {
  readonly phase: Phase;
  readonly use?: Use;
  readonly blocks: number;
  /** Whether its lease was renewed, or written, in this tick. */
  readonly isRenewed: boolean;
  readonly mayArriveLate: boolean;
  /** When it asks again whether it is the last. */
  readonly recheckAt: number;
}

type Left = Required<Omit<Budget, 'blocks'>>;

export interface State extends ModelState<Process, Left> {
  readonly calls: readonly Call[];
}

/**
 * One slot of an ephemeral persona, as processes use it: what `Leases` and
 * `PersonaCreator` do, on the steps of the memory store itself.
 */
export class BlockModel implements System<State> {
  readonly initial: State;
  private readonly all: Left;

  constructor(
    { blocks, ...budget }: Budget,
    private readonly fault: Fault = {},
  ) {
    this.all = {
      slow: 0,
      lostAnswers: 0,
      twice: 0,
      kills: 0,
      stalls: 0,
      losses: 0,
      ticks: 0,
      ...budget,
    };
    const processes = blocks.map((count): Process => ({
      phase: 'idle',
      blocks: count,
      isRenewed: true,
      mayArriveLate: false,
      recheckAt: 0,
    }));
    this.initial = { ...initialState(processes, this.all), calls: [] };
  }

  *actions(state: State): Generator<[string, () => Promise<State>]> {
    for (const [at, process] of state.processes.entries()) {
      for (const [does, act] of this.steps(state, at, process)) {
        const after = act();
        yield [`${at} ${does}`, () => this.finish(after, state.calls.length)];
        if (after.calls.length > state.calls.length && after.left.slow > 0) {
          yield [
            `${at} ${does}, slowly`,
            () => Promise.resolve(spend(after, 'slow')),
          ];
        }
      }
      if (process.phase !== 'dead' && state.left.kills > 0) {
        yield [`${at} is killed`, () => Promise.resolve(kill(state, at))];
      }
    }
    for (const call of state.calls) {
      const what = `the ${call.kind} of ${call.by}`;
      if (call.answer === undefined) {
        yield [`${what} is carried out`, () => carryOut(state, call)];
      } else if (call.isAwaited) {
        yield [
          `${what} is answered`,
          () => Promise.resolve(this.answered(state, call)),
        ];
        if (state.left.twice > 0) {
          yield [
            `${what} is sent twice`,
            () => Promise.resolve(sentTwice(state, call)),
          ];
        }
      }
      if (call.isAwaited && state.left.lostAnswers > 0) {
        yield [
          `the answer to ${what} is lost`,
          () => Promise.resolve(this.lost(state, call)),
        ];
      }
    }
    if (state.left.losses > 0) {
      const lost = spend(state, 'losses');
      const store = emptyStore(this.all.losses - lost.left.losses);
      yield [
        'the store loses its data',
        () => Promise.resolve({ ...lost, store }),
      ];
    }
    if (state.left.ticks > 0) {
      const asleep = state.processes.filter((one) => !one.isRenewed).length;
      if (asleep <= state.left.stalls) {
        yield ['time passes', () => Promise.resolve(tick(state, asleep))];
      }
    }
  }

  violation(state: State): string | undefined {
    if (state.wrong !== undefined) return state.wrong;
    const { processes, calls, personas, store } = state;
    const isOver = processes.every(
      ({ phase, blocks }) =>
        phase === 'dead' || (phase === 'idle' && blocks === 0),
    );
    if (!isOver || calls.length > 0 || personas.length === 0) return undefined;
    const spent = (what: keyof State['left']) =>
      this.all[what] > state.left[what];
    const isUsual =
      !spent('kills') &&
      !spent('stalls') &&
      !spent('losses') &&
      !spent('lostAnswers') &&
      !spent('twice');
    if (isUsual) return 'no process was the last';
    // What only dead processes knew, and the store has lost, no one can know.
    if (spent('kills') && spent('losses')) return undefined;
    const known = textOf(store);
    const unknown = personas.filter((id) => !known.includes(`"id":"${id}"`));
    return unknown.length > 0 ? 'a persona is left for good' : undefined;
  }

  /** Carries out and answers the call that a step has sent, if it has. */
  private async finish(state: State, before: number): Promise<State> {
    const call = state.calls[before];
    if (!call) return state;
    const done = await carryOut(state, call);
    const answer = done.calls[before];
    return answer ? this.answered(done, answer) : done;
  }

  /** What a process can do by itself. */
  private *steps(
    state: State,
    at: number,
    process: Process,
  ): Generator<[string, () => State]> {
    const { phase, use, blocks } = process;
    const inFlight = state.calls.some(
      (call) => call.by === at && call.kind === 'renew' && call.isAwaited,
    );
    // Processes are alike: which of them is the first makes no difference.
    const before = state.processes[at - 1]?.blocks;
    const isNext =
      before === undefined ||
      before < (this.initial.processes[at - 1]?.blocks ?? 0);
    if (phase === 'idle' && blocks > 0 && isNext) {
      const fresh = useOf(SLOT, at, blocks);
      yield [
        'begins a block',
        () =>
          send(
            update(state, at, {
              phase: 'acquiring',
              use: fresh,
              blocks: blocks - 1,
              mayArriveLate: false,
            }),
            at,
            'acquire',
            fresh,
          ),
      ];
    }
    if (!use) return;
    if (phase === 'creating') {
      const { state: after, id } = create(state);
      const settling = { phase: 'settling' as const, use: withId(use, id) };
      yield [
        `creates persona ${id}`,
        () => this.renewal(update(after, at, settling), at),
      ];
    }
    const renews =
      phase === 'using' ||
      phase === 'creating' ||
      phase === 'rechecking' ||
      phase === 'deleting' ||
      (phase === 'releasing' && this.fault.renewsReleased);
    if (renews && !process.isRenewed && !inFlight) {
      yield ['renews its lease', () => this.renewal(state, at)];
    }
    if (phase === 'using') {
      yield ['ends its block', () => this.release(state, at, use, inFlight)];
    }
    if (phase === 'unanswered') {
      yield ['releases once more', () => this.release(state, at, use, true)];
    }
    if (phase === 'rechecking' && process.recheckAt <= state.now) {
      yield ['releases again', () => this.release(state, at, use, inFlight)];
    }
    if (phase === 'deleting') {
      yield [
        `deletes persona ${use.record.id}`,
        () => this.delete(state, at, use),
      ];
    }
  }

  private renewal(state: State, at: number): State {
    const use = state.processes[at]?.use;
    if (!use) return state;
    return send(update(state, at, { isRenewed: true }), at, 'renew', use);
  }

  private release(
    state: State,
    at: number,
    use: Use,
    isWriting: boolean,
  ): State {
    const mayArriveLate = state.processes[at]?.mayArriveLate === true;
    const fence = !this.fault.sendsNoFence && (isWriting || mayArriveLate);
    return send(
      update(state, at, { phase: 'releasing' }),
      at,
      'release',
      use,
      fence,
    );
  }

  private delete(state: State, at: number, use: Use): State {
    const { id } = use.record;
    const isAwake = this.all.stalls === state.left.stalls;
    const user = state.processes.findIndex(
      (one, other) =>
        other !== at && one.phase === 'using' && one.use?.record.id === id,
    );
    return {
      ...send(
        update(
          { ...state, personas: state.personas.filter((one) => one !== id) },
          at,
          { phase: 'forgetting' },
        ),
        at,
        'forget',
        use,
      ),
      ...(user >= 0 &&
        isAwake && { wrong: `persona ${id} is deleted while ${user} uses it` }),
    };
  }

  /** The process gets the answer. */
  private answered(state: State, call: Call): State {
    const { by, kind, use } = call;
    const after = without(state, call);
    const { phase } = state.processes[by] ?? {};
    if (kind === 'acquire' && phase === 'acquiring') {
      const acquired = call.answer as Acquired;
      if (acquired.as === 'waiting') {
        return update(after, by, {
          phase: 'idle',
          blocks: (state.processes[by]?.blocks ?? 0) + 1,
        });
      }
      if (acquired.as === 'creator')
        return update(after, by, { phase: 'creating', isRenewed: true });
      const joined = { ...withId(use, acquired.id), key: acquired.key };
      return update(after, by, {
        phase: 'using',
        use: joined,
        isRenewed: true,
      });
    }
    if (kind === 'release' && phase === 'releasing') {
      const released = call.answer as Released;
      if (released === 'last')
        return update(after, by, { phase: 'deleting', isRenewed: true });
      if (released === 'others' || this.fault.abandonsUnknown) {
        return idle(after, by);
      }
      return update(after, by, {
        phase: 'rechecking',
        recheckAt: state.now + OPTIONS.leaseMs,
        isRenewed: true,
      });
    }
    if (kind === 'forget' && phase === 'forgetting') return idle(after, by);
    return phase === 'settling' ? update(after, by, { phase: 'using' }) : after;
  }

  /** The process gives the answer up; the call may still arrive. */
  private lost(state: State, call: Call): State {
    const late =
      call.answer === undefined
        ? replaceCall(state, call, { ...call, isAwaited: false })
        : without(state, call);
    const after = spend(late, 'lostAnswers');
    const { by, kind } = call;
    if (kind === 'acquire') {
      // Goes on alone, under another key.
      const alone = { ...call.use, key: `${call.use.key} alone` };
      const slot = `${SLOT} of ${by}`;
      return update(after, by, {
        phase: 'creating',
        use: { ...alone, slot },
        mayArriveLate: true,
      });
    }
    if (kind === 'release') return update(after, by, { phase: 'unanswered' });
    if (kind === 'forget') {
      return send(
        update(after, by, { phase: 'forgetting' }),
        by,
        'forget',
        call.use,
      );
    }
    const phase = state.processes[by]?.phase;
    return update(after, by, {
      mayArriveLate: true,
      ...(phase === 'settling' && { phase: 'using' }),
    });
  }
}

function withId(use: Use, id: string): Use {
  return { ...use, record: { ...use.record, id } };
}

function idle(state: State, at: number): State {
  const processes = state.processes.map((one, other) => {
    if (other !== at) return one;
    const { use: _, ...rest } = one;
    return {
      ...rest,
      phase: 'idle' as const,
      isRenewed: true,
      mayArriveLate: false,
    };
  });
  return { ...state, processes };
}

function send(
  state: State,
  by: number,
  kind: Kind,
  use: Use,
  fence = false,
): State {
  const call: Call = { kind, by, use, fence, isAwaited: true };
  return { ...state, calls: [...state.calls, call] };
}

function without(state: State, call: Call): State {
  return { ...state, calls: state.calls.filter((one) => one !== call) };
}

function replaceCall(state: State, call: Call, by: Call): State {
  return {
    ...state,
    calls: state.calls.map((one) => (one === call ? by : one)),
  };
}

function kill(state: State, at: number): State {
  const calls = state.calls
    .filter((call) => call.by !== at || call.answer === undefined)
    .map((call) => (call.by === at ? { ...call, isAwaited: false } : call));
  return update(spend({ ...state, calls }, 'kills'), at, {
    phase: 'dead',
    isRenewed: true,
  });
}

function tick(state: State, asleep: number): State {
  const processes = state.processes.map((one) => ({
    ...one,
    isRenewed:
      one.phase === 'idle' ||
      one.phase === 'dead' ||
      one.phase === 'acquiring' ||
      one.phase === 'releasing' ||
      one.phase === 'unanswered' ||
      one.phase === 'forgetting',
  }));
  const later = { ...state, now: state.now + 1, processes };
  return spend(spend(later, 'ticks'), 'stalls', asleep);
}

function sentTwice(state: State, call: Call): State {
  const { answer: _, ...again } = call;
  const calls = [...state.calls, { ...again, isAwaited: false }];
  return spend({ ...state, calls }, 'twice');
}

async function carryOut(state: State, call: Call): Promise<State> {
  const { state: after, answer } = await stepOf(state, call);
  return call.isAwaited
    ? replaceCall(after, call, { ...call, answer: answer ?? 'done' })
    : without(after, call);
}

function stepOf(
  state: State,
  { kind, use, fence }: Call,
): Promise<{ state: State; answer: unknown }> {
  switch (kind) {
    case 'acquire':
      return onStore(state, kind, use, OPTIONS);
    case 'renew':
      return onStore(state, kind, [use], OPTIONS);
    case 'release':
      return onStore(state, kind, use, { ...OPTIONS, fence });
    case 'forget':
      return onStore(state, kind, PAGE, use.key);
  }
}
