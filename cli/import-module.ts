// Users' modules. Node 20 does not load TypeScript by itself (22.18 and later do): there tsx does, if it is
// installed beside the module or beside this package.

import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type Module = Readonly<Record<string, unknown>>;

/** @throws what import() throws: of a TypeScript file that nobody can load, with the code of `isNotLoadable`. */
export async function importModule(path: string): Promise<Module> {
  const url = pathToFileURL(resolve(path)).href;
  try {
    return (await import(url)) as Module;
  } catch (error) {
    if (!isNotLoadable(error)) throw error;
    const tsx = await tsxFrom([url, import.meta.url]);
    if (tsx === null) throw error;
    return tsx(url, import.meta.url);
  }
}

/** Node knows no loader for the file's extension. */
export const isNotLoadable = (error: unknown) =>
  (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';

type TsImport = (url: string, parent: string) => Promise<Module>;

interface TsxPackage {
  readonly exports: { readonly './esm/api': { readonly import: { readonly default: string } } };
}

/** From the first place that has it; null if none has. */
export async function tsxFrom(places: readonly string[]): Promise<TsImport | null> {
  for (const place of places) {
    const require = createRequire(place);
    let manifest: string;
    try {
      manifest = require.resolve('tsx/package.json');
    } catch {
      continue;
    }
    // require.resolve('tsx/esm/api') names its CommonJS twin, which cannot be imported.
    const file = (require(manifest) as TsxPackage).exports['./esm/api'].import.default;
    const api = (await import(pathToFileURL(resolve(dirname(manifest), file)).href)) as {
      readonly tsImport: TsImport;
    };
    return api.tsImport;
  }
  return null;
}
