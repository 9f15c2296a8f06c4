// How the suites run: unit tests beside the code, whole-tool suites in test/. Nothing here may
// depend on the machine: same order and same files everywhere.
import { defineConfig } from 'vitest/config';

const layers = '{model,engine,properties,shrinkers,fuzz,reports,cli,bench,test,examples}';

// Set by .ci/run, which reads the counts from this file.
const resultFile = process.env['TEST_RESULT_JSON'];

export default defineConfig({
  test: {
    include: [`${layers}/**/*.test.ts`, '*.test.ts'],
    environment: 'node',
    pool: 'threads',
    globals: false,
    reporters: resultFile ? ['default', ['json', { outputFile: resultFile }]] : ['default'],
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
