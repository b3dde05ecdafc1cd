import { propertiesOf } from '../../../src/util/values';
import { MemoryStore } from '../../../src/store/memory';

/** What a memory store holds, as text, so that it can be part of a state that is searched. */
export type StoreState = string;

/** An empty store, after this number of losses of data. */
export function emptyStore(losses = 0): StoreState {
  const store = new MemoryStore();
  Reflect.set(store, 'epoch', `epoch ${losses}`);
  return dump(store);
}

/**
 * Runs a step of the memory store on a state of it, at a time. Its steps read the
 * clock before they return their promise, so it is another one until then only.
 */
export async function step<T>(
  state: StoreState,
  at: number,
  run: (store: MemoryStore) => Promise<T>,
): Promise<{ state: StoreState; answer: T }> {
  const store = load(state);
  const now = performance.now.bind(performance);
  performance.now = () => at;
  let answering;
  try {
    answering = run(store);
  } finally {
    performance.now = now;
  }
  const answer = await answering;
  return { state: dump(store), answer };
}

const FIELDS = ['pages', 'epoch'];

function dump(store: MemoryStore): StoreState {
  return JSON.stringify(
    FIELDS.map((field) => Reflect.get(store, field) as unknown),
    (_key, value: unknown) =>
      value instanceof Map ? { entries: [...value] } : value,
  );
}

function load(state: StoreState): MemoryStore {
  const store = new MemoryStore();
  const values = JSON.parse(state, (_key, value: unknown) => {
    const { entries } = propertiesOf(value);
    return Array.isArray(entries)
      ? new Map(entries as [string, unknown][])
      : value;
  }) as unknown[];
  FIELDS.forEach((field, at) => Reflect.set(store, field, values[at]));
  return store;
}
