const config = require('./jest.config.js');

/**
 * For mutation testing: the suites of the library itself. Those that start other
 * processes do not see the mutants, and are left out for that.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...config,
  testPathIgnorePatterns: [
    '/__tests__/emulator/',
    '/__tests__/cli/',
    '/__tests__/package/',
    '/__tests__/types/',
    'example-bot.test.ts',
    'docs.test.ts',
    'redis.test.ts',
  ],
};
