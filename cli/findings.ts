// Findings on their way out: as text for people, as files that never overwrite anything.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Found } from '../fuzz/check.ts';
import { type Finding, writeFinding, writeText } from '../fuzz/finding/index.ts';
import { failureText } from '../reports/failure.ts';
import type { Context } from './command.ts';
import { propertyOf } from './engines.ts';
import { artifactError } from './exit.ts';

/** The failure as STYLE.md orders it, from a fresh replay. */
export function describeFound(found: Found, file: string | null, context: Context): string {
  const { services, paint } = context;
  const { finding, causes } = found;
  const view = {
    engine: finding,
    program: finding.program,
    property: propertyOf(finding.property, services.catalogue),
    message: finding.message,
    trace: services.replay(finding).trace,
    evidence: finding.evidence,
    size: finding.size,
    shrinking: finding.shrinking ?? null,
    causes,
    file,
    text: writeText(finding),
  };
  return failureText(view, paint);
}

/** Makes sure before a long run that its findings can be kept. */
export function prepareFolder(folder: string | undefined, { io }: Context): void {
  if (folder === undefined) return;
  try {
    io.files.makeFolder(folder);
  } catch (error) {
    throw artifactError(
      `--out ${folder}: the folder cannot be made`,
      `why: ${(error as Error).message}`,
      'name another folder',
    );
  }
}

/** Where each finding goes under `--out`: a name made from its content. */
export function filesFor(founds: readonly Found[], folder: string | undefined): FileMap {
  const files = new Map<Found, string>();
  if (folder === undefined) return files;
  for (const found of founds) {
    const text = writeFinding(found.finding);
    files.set(found, join(folder, fileName(found.finding, text)));
  }
  return files;
}

export type FileMap = ReadonlyMap<Found, string>;

/** Writes them; done after everything is printed, so that a file in the way loses no result. */
export function writeFindings(files: FileMap, { io }: Context): void {
  for (const [{ finding }, path] of files) {
    const text = writeFinding(finding);
    const there = io.files.readIfThere(path);
    if (there === text) continue;
    if (there !== null)
      throw artifactError(
        `${path} exists and holds something else; it is left as it is`,
        'move it away, or name another folder with --out',
      );
    try {
      io.files.create(path, text);
    } catch (error) {
      const why = `why: ${(error as Error).message}`;
      throw artifactError(`${path} cannot be written`, why, 'name another folder with --out');
    }
  }
}

function fileName(finding: Finding, text: string): string {
  const { revision, deltas, property, key } = finding;
  const engine = revision === 'reference' ? ['reference', ...deltas] : [revision];
  const words = [...engine, property, key].map((word) =>
    word
      .replaceAll(/[^A-Za-z0-9.]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 40),
  );
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${words.filter((word) => word !== '').join('_')}_${digest}.finding.json`;
}
