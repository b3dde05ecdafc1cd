// Jest runs each suite in this: see testEnvironment in jest.config.js.
import { AsyncLocalStorage } from 'node:async_hooks';

import NodeEnvironment from 'jest-environment-node';

import './compileOnce';

/** Takes the place of a store: see `endAsyncContexts`. */
class Held {}

const used = new Set<AsyncLocalStorage<unknown>>();
let stores = new WeakMap<Held, unknown>();

function hold(store: unknown): Held {
  // In newer Nodes `run` calls `enterWith`.
  if (store instanceof Held) return store;
  const held = new Held();
  stores.set(held, store);
  return held;
}

const { prototype } = AsyncLocalStorage;
for (const method of ['run', 'enterWith'] as const) {
  const original = Reflect.get(prototype, method) as (
    ...args: unknown[]
  ) => unknown;
  Reflect.set(
    prototype,
    method,
    function (this: AsyncLocalStorage<unknown>, ...args: unknown[]): unknown {
      used.add(this);
      const [store, ...others] = args;
      return original.apply(this, [hold(store), ...others]);
    },
  );
}
const getStore = Reflect.get(prototype, 'getStore') as () => unknown;
Reflect.set(prototype, 'getStore', function (this: unknown): unknown {
  const held = getStore.call(this);
  return held instanceof Held ? stores.get(held) : held;
});

/**
 * Ends all asynchronous contexts, and forgets what they hold. Each suite loads the
 * plugin and Jest anew, and a context with each. Before Node 24 each that was used
 * makes every promise of its process slower. What lives as long as the process, such
 * as the timer of `fetch`, would keep what they hold, and so all of a suite's modules.
 */
export function endAsyncContexts(): void {
  for (const context of used) context.disable();
  used.clear();
  stores = new WeakMap();
}

export default class SuiteEnvironment extends NodeEnvironment {
  override async teardown(): Promise<void> {
    endAsyncContexts();
    await super.teardown();
  }
}
