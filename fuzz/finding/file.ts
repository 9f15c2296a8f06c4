// A finding as a JSON document: canonical when written; when read, validated whole, refused loudly,
// and never guessed at. Reading and writing files is the caller's.

import type { z } from 'zod';
import { canonicalJson } from './canonical.ts';
import { FindingError } from './error.ts';
import { type Document, migrated } from './migrate.ts';
import { type Finding, findingSchema, schemaVersion } from './schema.ts';

export function writeFinding(finding: Finding): string {
  return canonicalJson(finding);
}

export function readFinding(text: string): Finding {
  return validated(findingSchema, parseJson(text)) as Finding;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = text.trim() === '' ? 'it is empty' : (error as Error).message;
    const advice =
      'a cut-off copy looks like this too: fetch the file again, or paste its text form';
    throw new FindingError('not-json', '', reason, advice);
  }
}

/** Checks a document's identity first: an error about its fields helps nobody if it is no finding. */
export function validated<T extends z.ZodType>(schema: T, document: unknown): z.infer<T> {
  const result = schema.safeParse(migrated(identify(document)));
  if (result.success) return result.data;
  const { path, reason } = firstIssue(result.error.issues);
  const advice = 'a finding is replayed as it was written: restore the original';
  throw new FindingError('invalid', path, reason, advice);
}

/** Refuses what is no finding, or one of a version that cannot be read. */
function identify(document: unknown): Document {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new FindingError(
      'not-a-finding',
      '',
      `it is ${document === null ? 'null' : Array.isArray(document) ? 'an array' : `a ${typeof document}`}`,
      'findings come from iommucheck check --out or fuzz --out',
    );
  const { tool, schema, toolVersion } = document as Document;
  if (tool !== 'iommucheck')
    throw new FindingError(
      'not-a-finding',
      'tool',
      tool === undefined ? 'the field is missing' : `it is ${JSON.stringify(tool)}`,
      'a finding holds "tool": "iommucheck"',
    );
  if (schema !== schemaVersion && schema !== 1)
    throw new FindingError(
      'schema-version',
      'schema',
      `it is ${JSON.stringify(schema)}, this tool reads 1 to ${schemaVersion}`,
      `replay it with iommucheck ${typeof toolVersion === 'string' ? toolVersion : 'as it was written by'}`,
    );
  return document as Document;
}

type Issue = z.core.$ZodIssue;

function firstIssue(issues: readonly Issue[]): { path: string; reason: string } {
  const issue = issues[0] as Issue;
  const path = printPath(issue.path);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  if (issue.code !== 'unrecognized_keys') return { path, reason: issue.message + more };
  const keys = issue.keys.map((key) => `"${key}"`).join(', ');
  return { path, reason: `unknown key ${keys}${more}` };
}

function printPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) =>
      typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
