import vm from 'node:vm';

import { ModernFakeTimers } from '@jest/fake-timers';
import type {
  EnvironmentContext,
  JestEnvironmentConfig,
} from '@jest/environment';
import type { Circus } from '@jest/types';
import { ModuleMocker } from 'jest-mock';

const exit = process.exit.bind(process);
const { console } = globalThis;
const compile = vm.compileFunction;
const compiled = new Map<
  string,
  { code: string; module: ReturnType<typeof compile> }
>();

// What Jest compiles runs among the globals of the process, and is compiled once:
// a mutant is a branch in the code, which a variable of the environment takes.
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
 * An environment without globals of its own, in which `runtime.ts` can share modules
 * between suites; and in which the rest of a suite is skipped once a test has failed.
 */
export default class SharedEnvironment {
  readonly global = globalThis;
  private readonly before = new Set(Reflect.ownKeys(globalThis));
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimers = null;
  readonly fakeTimersModern: ModernFakeTimers;
  private found = false;

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

  /** Leaves no trace of the suite: neither its spies nor what Jest and Stryker put in place. */
  teardown(): Promise<void> {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
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
    if (event.name === 'test_done') this.found ||= event.test.errors.length > 0;
    if (!this.found) return;
    if (event.name === 'test_start') event.test.mode = 'skip';
    if (event.name === 'run_describe_start') event.describeBlock.mode = 'skip';
  }
}
