// Finds what is optional: programs on the PATH, and packages that this one does not depend on.

import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageFolder } from '../../fuzz/package.ts';

/** A package of its own, so that peers need not be dependencies. */
const toolsFolder = 'bench/peers/tools';
export const installTools = `npm install --no-package-lock --prefix ${toolsFolder}`;

/** Full path of a program, or null. */
export function onPath(program: string, path = process.env['PATH'] ?? ''): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

export interface Installed {
  readonly folder: string;
  readonly version: string;
}

/** A package among the tools or among the dependencies; null if in neither. */
export function installed(
  name: string,
  folders = [join(packageFolder, toolsFolder), packageFolder],
): Installed | null {
  for (const base of folders) {
    const folder = join(base, 'node_modules', name);
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { folder, version };
  }
  return null;
}
