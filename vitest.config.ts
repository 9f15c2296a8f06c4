// How the suites run: unit tests beside the code, whole-tool suites in test/. Nothing here may
// depend on the machine: same order and same files everywhere.
import { defineConfig } from 'vitest/config';

const layers = '{model,engine,properties,shrinkers,fuzz,reports,cli,bench,test,examples}';

export default defineConfig({
  test: {
    include: [`${layers}/**/*.test.ts`, '*.test.ts'],
    environment: 'node',
    pool: 'threads',
    globals: false,
    // A fixed order makes a failure that depends on order a failure everywhere.
    sequence: { shuffle: false },
    // A retried test that passes is a flake that nobody sees.
    retry: 0,
    allowOnly: false,
    passWithNoTests: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
