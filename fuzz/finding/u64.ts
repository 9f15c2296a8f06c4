// The u64 values of a program as they stand in a document: a JSON number below 2^53, or a hex string
// for everything else. A value that a double cannot hold is refused: it would silently become another.

import { z } from 'zod';

const limit = 1n << 64n;
const hex = /^0x[0-9a-f]{1,}$/i;

/** The exact number, or what is wrong with it. */
export function parseU64(value: unknown): number | { readonly problem: string } {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string' || !hex.test(value))
    return { problem: `${JSON.stringify(value)} is neither a whole number nor a hex string` };
  const exact = BigInt(value);
  if (exact >= limit) return { problem: `${value} does not fit in 64 bits` };
  const double = Number(exact);
  if (BigInt(double) === exact) return double;
  return {
    problem: `${value} cannot be held exactly: above 2^53 use a multiple of 4096 (0x1000)`,
  };
}

function fromNumber(value: number): number | { readonly problem: string } {
  if (!Number.isInteger(value) || value < 0)
    return { problem: `${value} is not a whole number from 0 to 2^64-1` };
  if (Number.isSafeInteger(value)) return value;
  return { problem: `${value} is above 2^53 and may have been rounded: write it as a hex string` };
}

export const u64 = z.unknown().transform((value, context): number => {
  const parsed = parseU64(value);
  if (typeof parsed === 'number') return parsed;
  context.addIssue({ code: 'custom', message: parsed.problem });
  return z.NEVER;
});
