// Findings of older schema versions, as documents of the present one. Version 1 knew one system only,
// and its programs did not say which.

import { FindingError } from './error.ts';
import { schemaVersion } from './schema.ts';

export type Document = Readonly<Record<string, unknown>>;

/** What is not as version 1 had it is left for the schema to refuse. */
export function migrated(document: Document): Document {
  const { schema, program } = document;
  if (schema !== 1 || typeof program !== 'object' || program === null) return document;
  if (Object.hasOwn(program, 'system'))
    throw new FindingError(
      'invalid',
      'program',
      'unknown key "system": programs have it from schema version 2 on',
      'a finding is replayed as it was written: restore the original',
    );
  return { ...document, schema: schemaVersion, program: { system: 'spapr', ...program } };
}
