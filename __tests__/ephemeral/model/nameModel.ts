import type { Use } from '../../../src/store/port';

import {
  create,
  initialState,
  onStore,
  PAGE,
  replace,
  spend,
  update,
  useOf,
  type ModelState,
} from './processModel';
import type { System } from './search';
import { emptyStore } from './storeState';

const OPTIONS = { leaseMs: 4, claimMs: 2 };
const NAME = 'beth';
const SLOT = `name:${NAME}`;

/** What may happen besides messages, and how often. */
export interface NameBudget {
  /** Messages that each process sends as the name. */
  readonly messages: readonly number[];
  /** Times that a process reads the list because of another name. */
  readonly lists?: number;
  readonly kills?: number;
  /** Claims that expire because their process sleeps. */
  readonly stalls?: number;
  /** Times that the store loses its data. */
  readonly losses?: number;
  /** Times that somebody deletes all personas of the Page. */
  readonly deletions?: number;
}

/** How processes behave, where that differs from what `NameSlot` and `PersonaCreator` do. */
export interface NameFault {
  /** Relies on a list that was read before, whatever happened since. */
  readonly trustsOldLists?: boolean;
  /** Takes a replacement from the store without asking whether it exists. */
  readonly trustsReplacements?: boolean;
}

type Phase =
  | 'idle'
  | 'sending'
  | 'claiming'
  | 'listing'
  | 'confirming'
  | 'creating'
  | 'settling'
  | 'resending'
  | 'dead';

interface Process {
  readonly phase: Phase;
  readonly messages: number;
  /** The ID that it sends with. */
  readonly known?: string;
  /** The ID that it is replacing, as it is gone; empty without one. */
  readonly gone: string;
  /** The last list, and the epoch in which it was read. */
  readonly list?: { readonly ids: readonly string[]; readonly epoch: string };
  readonly use?: Use;
  readonly epoch?: string;
  readonly created?: string;
  readonly claims: number;
}

type Left = Required<Omit<NameBudget, 'messages'>>;
type State = ModelState<Process, Left>;

/** One name of the directory, as processes find and create its persona: one call at a time. */
export class NameModel implements System<State> {
  readonly initial: State;
  private readonly all: Left;

  constructor(
    { messages, ...budget }: NameBudget,
    private readonly fault: NameFault = {},
  ) {
    this.all = {
      lists: 0,
      kills: 0,
      stalls: 0,
      losses: 0,
      deletions: 0,
      ...budget,
    };
    const processes = messages.map((count): Process => ({
      phase: 'idle',
      messages: count,
      gone: '',
      claims: 0,
    }));
    this.initial = initialState(processes, this.all);
  }

  *actions(state: State): Generator<[string, () => Promise<State>]> {
    const { left, processes } = state;
    for (const [at, process] of processes.entries()) {
      const { phase } = process;
      if (phase === 'idle' && left.lists > 0) {
        yield [
          `${at} reads the list for another name`,
          () => this.listForOther(state, at),
        ];
      }
      if (phase === 'dead' || (phase === 'idle' && process.messages === 0)) {
        continue;
      }
      yield [`${at} ${doing(phase)}`, () => this.advance(state, at, process)];
      if (phase !== 'idle' && left.kills > 0) {
        const killed = update(state, at, { phase: 'dead' });
        yield [
          `${at} is killed`,
          () => Promise.resolve(spend(killed, 'kills')),
        ];
      }
    }
    if (left.stalls > 0 && processes.some(({ use }) => use)) {
      const later = { ...state, now: state.now + OPTIONS.claimMs };
      yield [
        'all sleep until claims expire',
        () => Promise.resolve(spend(later, 'stalls')),
      ];
    }
    if (left.losses > 0) {
      const store = emptyStore(this.all.losses - left.losses + 1);
      yield [
        'the store loses its data',
        () => Promise.resolve(spend({ ...state, store }, 'losses')),
      ];
    }
    if (left.deletions > 0 && state.personas.length > 0) {
      yield [
        'the personas are deleted',
        () => Promise.resolve(spend({ ...state, personas: [] }, 'deletions')),
      ];
    }
  }

  violation({ processes, personas, wrong, left }: State): string | undefined {
    if (wrong !== undefined) return wrong;
    const living = processes.filter(({ phase }) => phase !== 'dead');
    if (living.some(({ phase }) => phase !== 'idle')) return undefined;
    // What a killed process was creating is a suspect.
    const wasKilled = left.kills < this.all.kills;
    if (personas.length > 1 && !wasKilled) return 'a name has two personas';
    return undefined;
  }

  /** The next call of a process, and what follows from its answer. */
  private async advance(
    state: State,
    at: number,
    process: Process,
  ): Promise<State> {
    const { phase, known, use } = process;
    const to = (change: Partial<Process>) => update(state, at, change);
    switch (phase) {
      case 'idle': {
        const messages = process.messages - 1;
        const isKnown = known !== undefined;
        return to({
          messages,
          phase: isKnown ? 'sending' : 'claiming',
          gone: '',
        });
      }
      case 'sending':
      case 'resending': {
        if (known !== undefined && state.personas.includes(known)) {
          return to({ phase: 'idle' });
        }
        if (phase === 'sending') {
          const { known: _, list: __, ...rest } = process;
          return replace(state, at, {
            ...rest,
            gone: known ?? '',
            phase: 'claiming',
          });
        }
        // Deleted since it was found: the next message finds another.
        return to({ phase: 'idle' });
      }
      case 'claiming': {
        const fresh = useOf(SLOT, at, process.claims);
        const { state: after, answer } = await onStore(
          state,
          'acquire',
          fresh,
          OPTIONS,
        );
        if (answer.as === 'waiting') return after;
        if (answer.as === 'user') {
          return this.accept(after, at, process, answer);
        }
        const claimed = update(after, at, {
          use: fresh,
          epoch: answer.epoch,
          claims: process.claims + 1,
        });
        const { list } = process;
        const isGood =
          list && (this.fault.trustsOldLists || list.epoch === answer.epoch);
        if (!isGood) return update(claimed, at, { phase: 'listing' });
        const listed = list.ids.find((id) => id !== process.gone);
        if (listed === undefined) {
          return update(claimed, at, { phase: 'confirming' });
        }
        return this.settle(claimed, at, listed, fresh, false);
      }
      case 'listing': {
        const list = { ids: state.personas, epoch: process.epoch ?? '' };
        const listed = to({ list, phase: 'confirming' });
        const found = state.personas.find((id) => id !== process.gone);
        if (found === undefined) return listed;
        return this.settle(listed, at, found, use, false);
      }
      case 'confirming': {
        if (!use) return state;
        const { state: after, answer } = await onStore(
          state,
          'acquire',
          use,
          OPTIONS,
        );
        if (answer.as === 'creator' && answer.epoch === process.epoch) {
          return update(after, at, { phase: 'creating' });
        }
        const unclaimed = await this.forget(after, use);
        return update(unclaimed, at, { phase: 'claiming' });
      }
      case 'creating': {
        const { state: after, id } = create(state);
        return update(after, at, { phase: 'settling', created: id });
      }
      case 'settling':
        return this.settle(state, at, process.created ?? '', use, true);
      case 'dead':
        return state;
    }
  }

  private async listForOther(state: State, at: number): Promise<State> {
    const use = {
      ...useOf(SLOT, at, 0),
      key: `other${at}`,
      slot: 'name:other',
    };
    const { state: after, answer } = await onStore(
      state,
      'acquire',
      use,
      OPTIONS,
    );
    const epoch = answer.as === 'creator' ? answer.epoch : '';
    const list = { ids: state.personas, epoch };
    const listed = update(after, at, { list });
    return spend(await this.forget(listed, use), 'lists');
  }

  /** Uses the persona of the name's lease, or removes that. */
  private async accept(
    state: State,
    at: number,
    process: Process,
    { key, id }: { readonly key: string; readonly id: string },
  ): Promise<State> {
    const isGone =
      process.gone !== '' &&
      !state.personas.includes(id) &&
      !this.fault.trustsReplacements;
    if (isGone || process.gone === id) {
      return this.forget(state, { ...useOf(SLOT, at, 0), key });
    }
    const found = this.found(state, at, id);
    return process.gone !== '' && !state.personas.includes(id)
      ? {
          ...found,
          wrong: 'a replacement that is gone is remembered as unknown',
        }
      : found;
  }

  /** Records the ID of a persona that was created, or is on the list. */
  private async settle(
    state: State,
    at: number,
    id: string,
    use: Use | undefined,
    isOwn: boolean,
  ): Promise<State> {
    if (!use) return state;
    const { key } = use;
    const record = { id, name: NAME, profilePictureUrl: '' };
    const { state: stored, answer } = await onStore(state, 'settle', {
      pageId: PAGE,
      slot: SLOT,
      record,
      key,
    });
    if (answer === id) return this.found(stored, at, id);
    const after = await this.forget(stored, use);
    // The surplus persona is deleted by its creator.
    const personas = state.personas.filter((one) => !isOwn || one !== id);
    return this.found({ ...after, personas }, at, answer);
  }

  private async forget(state: State, use: Use | undefined): Promise<State> {
    if (!use) return state;
    const forgetting = await onStore(state, 'forget', PAGE, use.key);
    return forgetting.state;
  }

  private found(state: State, at: number, id: string): State {
    const process = state.processes[at];
    if (!process) return state;
    const { use: _, epoch: __, created: ___, ...rest } = process;
    return replace(state, at, {
      ...rest,
      known: id,
      phase: process.gone !== '' ? 'resending' : 'idle',
    });
  }
}

function doing(phase: Phase): string {
  const words: Record<Phase, string> = {
    idle: 'begins a message',
    sending: 'sends it',
    claiming: 'claims the name',
    listing: 'reads the list',
    confirming: 'confirms its claim',
    creating: 'creates the persona',
    settling: 'settles the name',
    resending: 'sends it again',
    dead: 'is dead',
  };
  return words[phase];
}
