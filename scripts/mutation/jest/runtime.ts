import { createRequire, isBuiltin } from 'node:module';

import Runtime from 'jest-runtime';

/** Reloaded for each suite: modules that are mutated, have state, or use Jest. */
const RELOADED =
  /^(\.|\/|bottender-persona|messenger-emulator|@jest\/globals|bottender\/dist\/test-utils)/;

/** Loads packages once per process: Bottender's 900 files take a second each time. */
export default class SharedPackages extends Runtime {
  override requireModuleOrMock<T>(from: string, name: string): T {
    if (RELOADED.test(name) || isBuiltin(name) || /node_modules/.test(from)) {
      return super.requireModuleOrMock<T>(from, name);
    }
    return createRequire(from)(name) as T;
  }
}
