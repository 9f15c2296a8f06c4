// Writes docs/MATRIX.md from a check of all revisions: npm run matrix.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CheckItem } from '../fuzz/check.ts';
import { checkService } from '../fuzz/checkService.ts';
import { matrixOf } from '../fuzz/matrix.ts';
import { packageFolder } from '../fuzz/package.ts';
import { matrixPage } from '../reports/matrix.ts';
import { catalogue } from './catalogue.ts';
import { defaultMaxStates } from './limits.ts';
import { allEngines } from './engines.ts';

/** Every scenario on every revision. */
export function checkAll(workers: number): Promise<readonly CheckItem[]> {
  const plan = {
    engines: allEngines(catalogue),
    scenarios: catalogue.scenarios.map((s) => s.id),
    maxStates: defaultMaxStates,
    workers,
  };
  const events = { progress: () => {}, done: () => {} };
  return checkService('0.0.0').check(plan, events, new AbortController().signal);
}

export const matrixDocument = (items: readonly CheckItem[]) =>
  matrixPage(matrixOf(items), catalogue);

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = join(packageFolder, 'docs/MATRIX.md');
  writeFileSync(path, matrixDocument(await checkAll(availableParallelism())));
}
