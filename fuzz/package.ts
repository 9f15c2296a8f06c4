// Where this package is, for what it finds by place instead of importing it: the scripts of its threads,
// and what lies beside the code.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folder of package.json, whether the code runs from its sources or is built. */
export const packageFolder = ancestorWith(import.meta.dirname, 'package.json') as string;

/** The script of an entry point (bundle.ts), as 'fuzz/checkWorker'; null where code runs from its sources. */
export function builtScript(entryPoint: string): URL | null {
  const script = `${entryPoint}.js`;
  const folder = ancestorWith(import.meta.dirname, script);
  return folder === null ? null : pathToFileURL(join(folder, script));
}

function ancestorWith(folder: string, name: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return at;
    if (at === dirname(at)) return null;
  }
}
