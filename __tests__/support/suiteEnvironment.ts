// Jest runs each suite in this: see testEnvironment in jest.config.js.
import { AsyncLocalStorage } from 'node:async_hooks';

import NodeEnvironment from 'jest-environment-node';

const used = new Set<AsyncLocalStorage<unknown>>();
for (const method of ['run', 'enterWith'] as const) {
  const original = Reflect.get(
    AsyncLocalStorage.prototype,
    method,
  ) as () => unknown;
  Reflect.set(
    AsyncLocalStorage.prototype,
    method,
    function (this: AsyncLocalStorage<unknown>, ...args: []) {
      used.add(this);
      return original.apply(this, args);
    },
  );
}

/**
 * Ends all asynchronous contexts. Before Node 24 each that was used makes every
 * promise of its process slower, and each suite loads the plugin anew, and a
 * context with it.
 */
export function endAsyncContexts(): void {
  for (const context of used) context.disable();
  used.clear();
}

export default class SuiteEnvironment extends NodeEnvironment {
  override async teardown(): Promise<void> {
    endAsyncContexts();
    await super.teardown();
  }
}
