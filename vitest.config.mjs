import { defineConfig } from 'vitest/config';

// Tests run on the compiled output: what is tested is what ships (workers, child processes and `#lib` imports included).
export default defineConfig({
  test: {
    include: ['dist/{apps,libs,test}/**/*.spec.js'],
    exclude: ['node_modules/**'],
    globalSetup: ['dist/test/support/global-setup.js'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
