import { propertiesOf } from '../../../src/util/values';
import { MemoryStore } from '../../../src/store/memory';

/** What a memory store holds, as the number of its text, so that the states that are searched are short. */
export type StoreState = number;

const texts: string[] = [];
const numbers = new Map<string, StoreState>();

/** An empty store, after this number of losses of data. */
export function emptyStore(losses = 0): StoreState {
  const store = new MemoryStore();
  Reflect.set(store, 'epoch', `epoch ${losses}`);
  return dump(store);
}

export function textOf(state: StoreState): string {
  return texts[state] ?? '';
}

/** The steps of a store that a model takes. */
export type Step = 'acquire' | 'renew' | 'release' | 'settle' | 'forget';
type Answer<K extends Step> = Awaited<ReturnType<MemoryStore[K]>>;

/** What each step has done: a search comes to the same one by many paths. */
const done = new Map<string, Promise<{ state: StoreState; answer: unknown }>>();

/** Runs a step of the memory store on a state of it, at a time. */
export function step<K extends Step>(
  state: StoreState,
  at: number,
  name: K,
  args: Parameters<MemoryStore[K]>,
): Promise<{ state: StoreState; answer: Answer<K> }> {
  const key = JSON.stringify([state, at, name, args]);
  let result = done.get(key);
  if (!result) {
    result = run(state, at, name, args);
    done.set(key, result);
  }
  return result as Promise<{ state: StoreState; answer: Answer<K> }>;
}

/** Steps read the clock before they return their promise, so it is another one until then only. */
async function run<K extends Step>(
  state: StoreState,
  at: number,
  name: K,
  args: Parameters<MemoryStore[K]>,
): Promise<{ state: StoreState; answer: unknown }> {
  const store = load(state);
  performance.now = () => at;
  let answering;
  try {
    answering = Reflect.apply(store[name], store, args) as Promise<unknown>;
  } finally {
    // What is below is the prototype's own, which other suites of the worker use too.
    Reflect.deleteProperty(performance, 'now');
  }
  const answer = await answering;
  return { state: dump(store), answer };
}

const FIELDS = ['pages', 'epoch'];

function dump(store: MemoryStore): StoreState {
  const text = JSON.stringify(
    FIELDS.map((field) => Reflect.get(store, field) as unknown),
    (_key, value: unknown) =>
      value instanceof Map ? { entries: [...value] } : value,
  );
  const number = numbers.get(text) ?? texts.push(text) - 1;
  numbers.set(text, number);
  return number;
}

function load(state: StoreState): MemoryStore {
  const store = new MemoryStore();
  const values = JSON.parse(textOf(state), (_key, value: unknown) => {
    const { entries } = propertiesOf(value);
    return Array.isArray(entries)
      ? new Map(entries as [string, unknown][])
      : value;
  }) as unknown[];
  FIELDS.forEach((field, at) => Reflect.set(store, field, values[at]));
  return store;
}
