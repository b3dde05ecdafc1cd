import { createRequire } from 'node:module';

import type { JestEnvironment } from '@jest/environment';
import {
  createEmptyTestResult,
  type AssertionResult,
  type TestResult,
} from '@jest/test-result';
import type { Config } from '@jest/types';
import type Runtime from 'jest-runtime';

type Run = (
  globalConfig: Config.GlobalConfig,
  config: Config.ProjectConfig,
  environment: JestEnvironment,
  runtime: Runtime,
  testPath: string,
) => Promise<TestResult>;

// It has no types of its own.
const { default: circus } = createRequire(__filename)('jest-circus/runner') as {
  default: Run;
};

/** What a suite has, by its path: known from its first run in this process. */
const testsOf = new Map<string, string[]>();
let found: string | undefined;

/**
 * Jest's own runner of a suite, which Stryker knows by the name of this file; but a
 * suite is not even loaded when another has found the mutant, or none of its tests
 * reaches it.
 */
const run: Run = async (globalConfig, config, environment, runtime, path) => {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (
    mutant !== undefined &&
    (found === mutant || !reaches(globalConfig, path))
  ) {
    return skipped(path);
  }
  const result = await circus(globalConfig, config, environment, runtime, path);
  // A suite that a mutant kept from loading has named no tests.
  if (!result.testExecError) {
    testsOf.set(
      path,
      result.testResults.map(({ fullName }) => fullName),
    );
  }
  if (result.numFailingTests > 0 || result.testExecError) found = mutant;
  return result;
};

function reaches(
  { testNamePattern }: Config.GlobalConfig,
  path: string,
): boolean {
  const tests = testsOf.get(path);
  if (!tests || !testNamePattern) return true;
  const pattern = new RegExp(testNamePattern, 'i');
  return tests.some((test) => pattern.test(test));
}

/** A suite of one test that was not run: Jest takes one of none for a fault. */
function skipped(path: string): TestResult {
  const test: AssertionResult = {
    ancestorTitles: [],
    failureDetails: [],
    failureMessages: [],
    fullName: path,
    numPassingAsserts: 0,
    status: 'pending',
    title: path,
  };
  return {
    ...createEmptyTestResult(),
    numPendingTests: 1,
    skipped: true,
    testFilePath: path,
    testResults: [test],
  };
}

export default run;
