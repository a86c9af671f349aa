import { defineConfig } from 'vitest/config';

/** Two suites: what is quick and needs nothing set up, and what runs the real product. */
export default defineConfig({
  test: {
    projects: [
      // One process for all unit tests: starting one a file costs more than the tests themselves. The Python tests run beside it.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false, testTimeout: 30_000 } },
      {
        test: {
          name: 'real',
          include: ['test/{contract,process,security,e2e,packaging,chaos}/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          // Two cores carry one voice stack at a time. (`fileParallelism: false` is not heard in a project.)
          maxWorkers: 1,
          // Shared cores stand still for a second now and then, and a real microphone loses that second: one more try, which is printed.
          retry: 1,
        },
      },
    ],
  },
});
