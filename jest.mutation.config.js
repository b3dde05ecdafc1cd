const { testMatch: _all, ...config } = require('./jest.config.js');

// Beginnings of the paths of the suites: a part of the library against its own
// tests takes minutes rather than hours. scripts/mutation.ts says which.
const parts = process.env.MUTATION_TESTS?.split(',') ?? [''];

/**
 * For mutation testing: the suites of the library itself. Those that start other
 * processes do not see the mutants, and are left out for that.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...config,
  testEnvironment:
    require.resolve('./scripts/dist/scripts/mutation/jest/environment.js'),
  testRunner:
    require.resolve('./scripts/dist/scripts/mutation/jest/jest-circus.js'),
  runtime: require.resolve('./scripts/dist/scripts/mutation/jest/runtime.js'),
  testSequencer:
    require.resolve('./scripts/dist/scripts/mutation/jest/sequencer.js'),
  // A mutant that hangs is found by its test, before Stryker ends the process.
  testTimeout: 8000,
  testRegex: parts.map((part) => `/__tests__/(?=.*\\.test\\.ts$)${part}`),
  testPathIgnorePatterns: [
    '/packages/',
    '/__tests__/cli/',
    '/__tests__/package/',
    '/__tests__/types/',
    'example-bot.test.ts',
    '/__tests__/example-bot/',
    '/__tests__/docs',
    // It reads docs/, which is not copied for the mutants.
    '/__tests__/channels/picture',
    '/__tests__/store/redis/',
    'redis.test.ts',
    'property.test.ts',
  ],
};
