const { availableParallelism } = require('node:os');

const cores = availableParallelism();

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/__tests__/jest/environment.ts',
  roots: [
    '<rootDir>/__tests__',
    '<rootDir>/packages/messenger-emulator/__tests__',
  ],
  testMatch: ['**/*.test.ts'],
  // Apart, because they need the npm registry: see jest.package.config.js.
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/package/'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
  moduleNameMapper: {
    '^bottender$': '<rootDir>/__tests__/support/bottender.js',
    '^bottender-persona$': '<rootDir>/src/index.ts',
    '^bottender-persona/client$': '<rootDir>/src/client.ts',
    '^bottender-persona/redis$': '<rootDir>/src/redis.ts',
    '^messenger-emulator$':
      '<rootDir>/packages/messenger-emulator/src/index.ts',
  },
  setupFilesAfterEnv: ['<rootDir>/__tests__/jest/setup.ts'],
  // A busy machine is no fault of the code: only what hangs is to be found by this.
  testTimeout: 120_000,
  // More than there are cores, as much of the suites' time is waiting; fewer where other work may take the cores.
  maxWorkers: process.env.CI === 'true' ? cores + 1 : cores + 3,
  // To end takes a worker with the heap of all suites longer than Jest's half a second.
  workerGracefulExitTimeout: 10_000,
  // The command line runs as child processes, and the chat page in a browser: neither is seen.
  collectCoverageFrom: [
    'src/**/*.ts',
    'packages/messenger-emulator/src/**/*.ts',
    '!src/cli/**',
    '!packages/messenger-emulator/src/{cli,command,commandOptions,recordCommands}.ts',
  ],
  coverageThreshold: {
    global: { statements: 97, branches: 92, functions: 97, lines: 98 },
  },
};
