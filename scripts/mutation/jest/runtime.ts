import { createRequire, isBuiltin } from 'node:module';

import Runtime from 'jest-runtime';

/** Loaded anew for each suite: they are mutated, hold what a suite has started, or look for Jest. */
const OURS =
  /^(\.|\/|bottender-persona|messenger-emulator|@jest\/globals|bottender\/dist\/test-utils)/;

/** Loads packages once a process: Bottender's 900 files take a second each time. */
export default class SharedPackages extends Runtime {
  override requireModuleOrMock<T>(from: string, name: string): T {
    if (OURS.test(name) || isBuiltin(name) || /node_modules/.test(from)) {
      return super.requireModuleOrMock<T>(from, name);
    }
    return createRequire(from)(name) as T;
  }
}
