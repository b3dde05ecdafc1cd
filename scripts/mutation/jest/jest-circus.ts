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

// It ships no types.
const { default: circus } = createRequire(__filename)('jest-circus/runner') as {
  default: Run;
};

/** Test names by suite, known after the first run in this process. */
const testsOf = new Map<string, string[]>();
let killed: string | undefined;

/**
 * Jest's own runner of suites, which Stryker recognizes by the name of this file. It
 * does not load suites whose tests do not reach the mutant, or once it is killed.
 */
const run: Run = async (globalConfig, config, environment, runtime, path) => {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (
    mutant !== undefined &&
    (killed === mutant || !reaches(globalConfig, path))
  ) {
    return skipped(path);
  }
  const result = await circus(globalConfig, config, environment, runtime, path);
  // If the mutant broke the suite while loading, the names are incomplete.
  if (!result.testExecError) {
    testsOf.set(
      path,
      result.testResults.map(({ fullName }) => fullName),
    );
  }
  if (result.numFailingTests > 0 || result.testExecError) killed = mutant;
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

/** A suite with one skipped test, because Jest reports an error for an empty suite. */
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
