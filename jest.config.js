/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  // Apart, because they need the npm registry: see jest.package.config.js.
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/package/'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
  moduleNameMapper: {
    '^bottender-persona$': '<rootDir>/src/index.ts',
    '^bottender-persona/emulator$': '<rootDir>/src/emulator/index.ts',
  },
  testTimeout: 20000,
};
