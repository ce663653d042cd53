import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests run on the compiled output: what is tested is what ships (workers, child processes and `#lib` imports included).
// Golden specs (large networks, long loss curves) take many minutes: `npm run test:golden` runs them and nothing else.
const isGolden = process.env['ARCFLEET_TEST_GOLDEN'] === '1';

export default defineConfig({
  test: {
    include: [`dist/{apps,libs,test}/**/*${isGolden ? '.golden' : ''}.spec.js`],
    exclude: ['node_modules/**', ...(isGolden ? [] : ['dist/**/*.golden.spec.js'])],
    // Large networks do not share memory and cores.
    fileParallelism: !isGolden,
    globalSetup: ['dist/test/support/global-setup.js'],
    environment: 'node',
    pool: 'forks',
    // End-to-end specs wait more than they compute: two files at a time also where there are two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: isGolden ? 1_800_000 : 180_000,
    hookTimeout: 120_000,
  },
});
