/**
 * The package as others install it. These suites fetch packages from the npm
 * registry, so they are apart from `npm test`: `npm run test:package`.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/__tests__/package/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
