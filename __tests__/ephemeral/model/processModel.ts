import type { MemoryStore } from '../../../src/store/memory';
import type { Use } from '../../../src/store/port';

import { emptyStore, step, type Step, type StoreState } from './storeState';

export const PAGE = '1';

/** The state of processes that share a store and a Page. `P` is a process, `B` a budget. */
export interface ModelState<P, B> {
  /** The time, in ticks. */
  readonly now: number;
  readonly store: StoreState;
  readonly processes: readonly P[];
  /** The personas on the Page. */
  readonly personas: readonly string[];
  /** How many personas have been created. */
  readonly created: number;
  /** How often each event may still happen. */
  readonly left: B;
  /** What went wrong in this very step. */
  readonly wrong?: string;
}

type AnyState = ModelState<object, object>;
type ProcessOf<S extends AnyState> = S['processes'][number];

export function initialState<P, B>(
  processes: readonly P[],
  left: B,
): ModelState<P, B> {
  const store = emptyStore();
  return { now: 1, store, processes, personas: [], created: 0, left };
}

/** Changes one process. */
export function update<S extends AnyState>(
  state: S,
  at: number,
  change: Partial<ProcessOf<S>>,
): S {
  return replace(state, at, { ...state.processes[at], ...change });
}

export function replace<S extends AnyState>(
  state: S,
  at: number,
  process: ProcessOf<S>,
): S {
  const processes = state.processes.map((one, other) =>
    other === at ? process : one,
  );
  return { ...state, processes };
}

/** Takes from the budget. */
export function spend<S extends AnyState>(
  state: S,
  what: keyof S['left'],
  times = 1,
): S {
  const left = state.left as Record<keyof S['left'], number>;
  return { ...state, left: { ...left, [what]: left[what] - times } };
}

/** Runs a step of the memory store. */
export async function onStore<S extends AnyState, K extends Step>(
  state: S,
  name: K,
  ...args: Parameters<MemoryStore[K]>
): Promise<{
  state: S;
  answer: Awaited<ReturnType<MemoryStore[K]>>;
}> {
  const { state: store, answer } = await step(
    state.store,
    state.now,
    name,
    args,
  );
  return { state: { ...state, store }, answer };
}

/** Creates a persona on the Page. */
export function create<S extends AnyState>(state: S): { state: S; id: string } {
  const created = state.created + 1;
  const id = String(created);
  return {
    state: { ...state, personas: [...state.personas, id], created },
    id,
  };
}

/** A use of a slot, as one process writes it. `number` makes it unique. */
export function useOf(slot: string, at: number, number: number): Use {
  return {
    key: `k${at}.${number}`,
    use: `u${at}.${number}`,
    slot,
    record: { pageId: PAGE, id: null, name: slot, profilePictureUrl: '' },
  };
}
