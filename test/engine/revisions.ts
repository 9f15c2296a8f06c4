// One call list on every kernel revision: what its last call returns on each.

import { expect, test } from 'vitest';
import type { Op } from '../../engine/index.ts';
import { revisionById } from '../../engine/revisions/index.ts';
import { type Call, run, type Setting } from './host.ts';

export const ids = ['reference', 'spapr/v11', 'spapr/4.2', 'spapr/6.1', 'spapr/6.12'] as const;

export const deltasOf = (id: string) => revisionById(id)?.deltas ?? [];

export type Calls = readonly (Op | Call)[];

/** Name, calls, last results in the order of `ids`. */
export type Row = readonly [
  name: string,
  calls: Calls,
  expected: readonly number[],
  setting?: Setting,
];

/** Reads something on every revision. */
export const onAll = <T>(read: (setting: Setting) => T, setting: Setting = {}): T[] =>
  ids.map((id) => read({ ...setting, deltas: deltasOf(id) }));

export function testRows(rows: readonly Row[]): void {
  for (const [name, calls, expected, setting] of rows)
    test(name, () => {
      expect(onAll((s) => run(calls, s).rets.at(-1), setting)).toEqual(expected);
    });
}

/** The same on all. */
export const same = (errno: number) => ids.map(() => errno);

/** The reference, then v11 and 4.2, then 6.1 and 6.12. */
export const three = (now: number, early: number, late: number) => [now, early, early, late, late];
