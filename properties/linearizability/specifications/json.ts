// Values of histories as they stand in a file, compared by what they say.

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

/** Canonical: equal if and only if the values are, fields in any order. */
export function sameText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(sameText).join()}]`;
  const fields = Object.entries(value as Readonly<Record<string, Json>>);
  const sorted = fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, field]) => `${JSON.stringify(name)}:${sameText(field)}`).join()}}`;
}

export const same = (a: Json, b: Json): boolean => a === b || sameText(a) === sameText(b);
