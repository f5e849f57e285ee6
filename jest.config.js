/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.[jt]s$': ['@swc/jest'] },
  // These are ES modules only, which Jest does not load by itself.
  transformIgnorePatterns: [
    '/node_modules/(?!(openid-client|oauth4webapi|jose|@prisma/schema-engine-wasm)/)',
  ],
  // The generated Prisma client imports its TypeScript files with the ending of their compiled form.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: './test/support/globalSetup.ts',
  globalTeardown: './test/support/globalTeardown.ts',
  maxWorkers: 2,
  // No test measures time: a busy machine only makes them slow. What hangs is ended all the same.
  testTimeout: 120_000,
  reporters: ['default', '<rootDir>/test/support/summary.js'],
};
