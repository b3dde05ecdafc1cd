import vm from 'node:vm';

import { ModernFakeTimers } from '@jest/fake-timers';
import type {
  EnvironmentContext,
  JestEnvironmentConfig,
} from '@jest/environment';
import type { Circus } from '@jest/types';
import { ModuleMocker } from 'jest-mock';

import { endAsyncContexts } from '../../../__tests__/jest/environment';

const exit = process.exit.bind(process);
const { console } = globalThis;
const compile = vm.compileFunction;
const compiled = new Map<
  string,
  { code: string; module: ReturnType<typeof compile> }
>();

// Runs Jest's modules with the globals of the process, and compiles them once: all
// mutants are in the same code, and an environment variable selects one.
vm.compileFunction = (code, parameters, options = {}) => {
  const { parsingContext: _, ...here } = options;
  const key = here.filename ?? '';
  const known = compiled.get(key);
  if (known?.code === code) return known.module;
  const module = compile(code, parameters, here);
  compiled.set(key, { code, module });
  return module;
};

/**
 * An environment without its own globals, so that `runtime.ts` can share modules
 * between suites. It skips the rest of a suite after a failed test.
 */
export default class SharedEnvironment {
  readonly global = globalThis;
  private readonly before = new Set(Reflect.ownKeys(globalThis));
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimers = null;
  readonly fakeTimersModern: ModernFakeTimers;
  private hasFailed = false;

  constructor({ projectConfig }: JestEnvironmentConfig, _: EnvironmentContext) {
    this.fakeTimersModern = new ModernFakeTimers({
      config: projectConfig,
      global: globalThis,
    });
    Object.assign(globalThis, projectConfig.globals);
  }

  setup(): Promise<void> {
    return Promise.resolve();
  }

  /** Removes the suite's spies, and the globals of Jest and Stryker. */
  teardown(): Promise<void> {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    endAsyncContexts();
    process.exit = exit;
    globalThis.console = console;
    for (const key of Reflect.ownKeys(globalThis)) {
      if (!this.before.has(key)) Reflect.deleteProperty(globalThis, key);
    }
    return Promise.resolve();
  }

  getVmContext(): object {
    return globalThis;
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  handleTestEvent(event: Circus.Event): void {
    if (event.name === 'test_done')
      this.hasFailed ||= event.test.errors.length > 0;
    if (!this.hasFailed) return;
    if (event.name === 'test_start') event.test.mode = 'skip';
    if (event.name === 'run_describe_start') event.describeBlock.mode = 'skip';
  }
}
