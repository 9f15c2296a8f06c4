// Prints `N passed, N failed` (and `, N skipped`) from a vitest JSON result as its last line.
// Fails unless at least one test passed and none failed: a run that tested nothing is no success.
import { readFileSync } from 'node:fs';

const path = process.argv[2];

function load() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.log(`no test result in ${path}: ${error.message}`);
    console.log('The test run ended before it could write one; its output is above.');
    return process.exit(1);
  }
}

const result = load();
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of result.testResults) {
  let failedHere = 0;
  for (const { status } of file.assertionResults) {
    if (status === 'passed') counts.passed++;
    else if (status === 'failed') failedHere++;
    else counts.skipped++;
  }
  // A file that fails outside its tests (an import, a hook) has no failed test to count.
  if (file.status === 'failed' && failedHere === 0) {
    console.log(`${file.name} failed outside its tests: ${file.message}`);
    failedHere = 1;
  }
  counts.failed += failedHere;
}

const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.passed > 0 && counts.failed === 0 && result.success === true ? 0 : 1);
