// The shape of the error tables, and how a row is checked. Not part of the public entry.
import { describe, expect, test } from 'vitest';
import { type ByStranger, type Parts, run, topology } from './testing.ts';
import type { Op } from './vocabulary.ts';

/** What is wrong, what the last operation returns, the operations, and the topology's parts. */
export type Row = readonly [
  what: string,
  ret: number,
  list: readonly (Op | ByStranger)[],
  parts?: Parts,
];

export const limit = (memlockPages: number): Parts => ({ process: { memlockPages } });

export function errorTable(rows: Readonly<Record<string, readonly Row[]>>, version: 1 | 2): void {
  for (const [name, list] of Object.entries(rows)) {
    describe(`v${version} ${name}`, () => {
      for (const [what, ret, operations, parts = {}] of list) {
        test(`${what}: ${ret}`, () => {
          const { rets } = run(topology([version], parts), operations);
          // All before the last are there to succeed, or the row says less than it seems to.
          expect(rets.slice(0, -1).filter((before) => before < 0)).toEqual([]);
          expect(rets.at(-1)).toBe(ret);
        });
      }
    });
  }
}
