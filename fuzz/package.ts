// Where this package is, for what it finds by place instead of importing it: the scripts of its threads,
// and what lies beside the code.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folder of package.json, whether the code runs from its sources or is built. */
export const packageFolder = ancestorWith(import.meta.dirname, 'package.json');

const built = import.meta.url.endsWith('.js');

/** The built script of an entry point (bundle.ts), as 'fuzz/checkWorker'; null where code runs from its sources. */
export function builtScript(entryPoint: string): URL | null {
  return built ? pathToFileURL(join(packageFolder, 'dist', `${entryPoint}.js`)) : null;
}

function ancestorWith(folder: string, name: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return at;
    if (at === dirname(at)) throw new Error(`no ${name} in ${folder} or above`);
  }
}
