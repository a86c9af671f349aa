import { defineConfig } from 'vitest/config';

/** Suites in the order they run: what is quick and pure first, the real engines last and one file at a time. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'real',
          include: ['test/{contract,process,security,e2e}/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 600_000,
          // Two cores carry one voice stack at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
