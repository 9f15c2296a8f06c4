// Writes docs/SCOPES.md, the smallest scope of every defect: npm run scopes.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deltas } from '../engine/defects/index.ts';
import { packageFolder } from '../fuzz/package.ts';
import type { SmallestScope } from '../fuzz/scopes/smallestScope.ts';
import { runScopeWork } from '../fuzz/scopes/threads.ts';
import type { DefectJob } from '../fuzz/scopes/work.ts';
import { scopesPage } from '../reports/scopes.ts';
import { catalogue } from './catalogue.ts';

export const defects: readonly string[] = deltas
  .filter((d) => d.kind === 'defect')
  .map((d) => d.id);

/** In the order of the catalogue, with any number of workers. */
export function smallestScopes(
  ids: readonly string[],
  workers: number,
): Promise<readonly SmallestScope[]> {
  const jobs = ids.map((defect): DefectJob => ({ defect }));
  const { signal } = new AbortController();
  return runScopeWork<SmallestScope>(jobs, { workers, signal });
}

export const scopesDocument = (rows: readonly SmallestScope[]) => scopesPage(rows, catalogue);

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = join(packageFolder, 'docs/SCOPES.md');
  writeFileSync(path, scopesDocument(await smallestScopes(defects, availableParallelism())));
}
