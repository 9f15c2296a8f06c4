// The shape of the error tables, and how a row is run. Not part of the public entry.
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

/** All results of a row's operations, first to last. */
export const resultsOf = (version: 1 | 2, [, , operations, parts = {}]: Row): readonly number[] =>
  run(topology([version], parts), operations).rets;
