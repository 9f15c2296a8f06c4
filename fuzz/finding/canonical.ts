// Canonical JSON: one value, one sequence of bytes. Keys are sorted by code unit, and an integer that
// other JSON readers would round is written as a hex string. Nothing here knows what a finding is.

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `indent` 0 is the compact form; otherwise lines are broken and a newline ends the text. */
export function canonicalJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(sorted(value), null, indent);
  return indent === 0 ? text : `${text}\n`;
}

function sorted(value: unknown): Json {
  if (typeof value === 'number') return exactNumber(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no canonical form`);
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, v]) => [key, sorted(v)]));
}

function exactNumber(value: number): Json {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (Number.isInteger(value) && value > 0) return `0x${BigInt(value).toString(16)}`;
  if (Number.isFinite(value) && !Number.isInteger(value)) return value;
  throw new TypeError(`${value} has no canonical form`);
}
