// What every compiled table must show of its machine, whichever system it belongs to. The comparison
// itself is model/testing-tables.ts.

import { describe, expect, test } from 'vitest';
import { type Case, compareTable } from '../../model/testing-tables.ts';

/** Tests of each case: the table is the machine, and as large as its alphabet and bound make it. */
export function testTables(cases: readonly Case[]): void {
  describe.each(cases)('$name', (machineCase) => {
    const compared = compareTable(machineCase);

    test('the table is the machine on every reachable entry', () => {
      expect(compared.table).toEqual(compared.machine);
    });

    test('it has as many nodes and entries as its alphabet and bound give', () => {
      const { nodes, edges } = machineCase;
      expect(compared.counts).toEqual({ nodes, edges });
    });

    test('every state is reached and every transition taken', () => {
      expect(compared.neverReached).toEqual([]);
      expect(compared.neverTaken).toEqual([]);
    });

    test('from every state it can be released', () => {
      expect(compared.stuck).toEqual([]);
    });
  });
}
