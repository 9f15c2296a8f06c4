// Which deltas each revision's violations come from: the whole matrix by search, and for the bugs that
// the project is to show the finding itself, shrunk.

import { expect, test } from 'vitest';
import { deltaById } from '../../engine/defects/index.ts';
import type { AnyRevision } from '../../engine/index.ts';
import { revisionById } from '../../engine/revisions/index.ts';
import { causesOf } from '../../fuzz/causes.ts';
import { explain } from '../../fuzz/checker.ts';
import type { Failing } from '../../shrinkers/index.ts';
import { engineOf, scenariosOf, search, toolVersion } from './search.ts';

/** Failing runs by what they come from, those of the fewest steps first. */
type Matrix = ReadonlyMap<string, readonly Failing[]>;

function matrixOf({ id, deltas }: AnyRevision): Matrix {
  const rows = new Map<string, Failing[]>();
  for (const scenario of scenariosOf(id)) {
    const { result, failing } = search(scenario, deltas);
    expect(result.complete).toBe(true);
    for (const f of failing) {
      const causes = causesOf(f, deltas).map((d) => d.id);
      rows.set(causes.join('+'), [...(rows.get(causes.join('+')) ?? []), f]);
    }
  }
  for (const row of rows.values()) row.sort((a, b) => a.decisions.length - b.decisions.length);
  return rows;
}

const textOf = (matrix: Matrix) =>
  [...matrix]
    .map(([causes, row]) => {
      const broken = [...new Set(row.map((f) => f.property))].toSorted();
      return `${causes}: ${broken.join(' ')}`;
    })
    .toSorted()
    .join('\n');

/** A finding for each id: a short run of which it is the only cause, or the only defect. */
function shrunk(revision: AnyRevision, matrix: Matrix, ids: readonly string[]) {
  return ids.map((id) => {
    const divergent = (causes: string) =>
      causes.split('+').every((c) => c === id || deltaById(c)?.kind === 'divergence');
    const by = (causes: string) => causes.split('+').includes(id) && divergent(causes);
    const row = matrix.get(id) ?? [...matrix].find(([causes]) => by(causes))?.[1] ?? [];
    const failing = row.find((f) => f.property === deltaById(id)?.violates) ?? row[0];
    if (failing === undefined) return `${id}: not found`;
    const { finding, causes } = explain(failing, engineOf(revision), revision.deltas, toolVersion);
    const { operations, tasks, preemptions } = finding.size;
    expect(operations).toBeLessThanOrEqual(6);
    const size = `${operations} operations, ${tasks} tasks, ${preemptions} preemptions`;
    return `${causes.join('+')}: ${finding.property} (${finding.key}), ${size}`;
  });
}

test('spapr/v11: what reviewers and later years found in the patch, each by itself', () => {
  const v11 = revisionById('spapr/v11')!;
  const matrix = matrixOf(v11);
  expect(textOf(matrix)).toMatchInlineSnapshot(`
    "A1: GRP-010
    A2: null-deref
    A3+R1: ACC-005
    A3: ACC-005
    A4+R1: ACC-005
    A4: WIN-009
    B1: MAP-008
    B2: REG-002 TCE-003
    B3: PIN-006
    B4: out-of-bounds
    BUG-X: REG-002 TCE-003 data-race
    L1+BUG-X+D-LEGACY: data-race
    L1+D-LEGACY: REG-002 data-race null-deref use-after-free
    L2: use-after-free
    R1: ACC-005 REG-002 REG-004 REG-007
    U1: CON-101
    U2: CON-101
    U3: CON-101 use-after-free"
  `);
  const wanted = ['A1', 'A2', 'A3', 'A4', 'B1', 'B2', 'B3', 'B4', 'U1', 'R1', 'L1'];
  // L1 with D-LEGACY: the patch has no TCE_REMOVE yet, so a table goes with its legacy group.
  expect(shrunk(v11, matrix, wanted)).toMatchInlineSnapshot(`
    [
      "A1: GRP-010 (freed node), 2 operations, 1 tasks, 0 preemptions",
      "A2: null-deref (table_group), 1 operations, 1 tasks, 0 preemptions",
      "A3: ACC-005 (too much), 1 operations, 1 tasks, 0 preemptions",
      "A4: WIN-009 (failed attach), 1 operations, 1 tasks, 0 preemptions",
      "B1: MAP-008 (success over a hole), 4 operations, 2 tasks, 1 preemptions",
      "B2: REG-002 (too many), 3 operations, 1 tasks, 0 preemptions",
      "B3: PIN-006 (too many), 3 operations, 1 tasks, 0 preemptions",
      "B4: out-of-bounds (table), 3 operations, 1 tasks, 0 preemptions",
      "U1: CON-101 (unregister 0), 2 operations, 1 tasks, 0 preemptions",
      "A4+R1: ACC-005 (too much at exit), 1 operations, 1 tasks, 0 preemptions",
      "L1+D-LEGACY: use-after-free (it_userspace), 4 operations, 2 tasks, 2 preemptions",
    ]
  `);
});

test('spapr/4.2', () => {
  expect(textOf(matrixOf(revisionById('spapr/4.2')!))).toMatchInlineSnapshot(`
    "A1: GRP-010
    A2: null-deref
    A3+R1: ACC-005
    A3: ACC-005
    A4+R1: ACC-005
    A4: WIN-009
    B1: MAP-008
    B2: REG-002 TCE-003
    B3: PIN-006
    B4: out-of-bounds
    BUG-X: REG-002 TCE-003 data-race
    L1+BUG-X+D-LEGACY: data-race
    L1+BUG-X: data-race
    L1+D-LEGACY: REG-002 data-race null-deref use-after-free
    L1+D-VIEW: data-race null-deref
    L1: REG-002 data-race use-after-free
    L2: use-after-free
    R1: ACC-005 REG-002 REG-004 REG-007
    U1: CON-101
    U2: CON-101
    U3: CON-101 use-after-free"
  `);
});

test('spapr/6.1', () => {
  expect(textOf(matrixOf(revisionById('spapr/6.1')!))).toMatchInlineSnapshot(`
    "B1: MAP-008
    B2: REG-002 TCE-003
    B3: PIN-006
    B4: out-of-bounds
    BUG-L: ACC-005
    BUG-M: ACC-005 CON-101
    BUG-O: REG-004
    BUG-P: WIN-009
    BUG-U: CON-101 REG-004 REG-007
    BUG-W: ACC-005 CON-101 CON-102 REG-002 WIN-009 data-race
    BUG-X: REG-002 TCE-003 data-race
    E1: RES-013
    L1+BUG-W: REG-002
    L1+BUG-X: data-race
    L1: REG-002 data-race use-after-free
    L2b: use-after-free"
  `);
});

test('spapr/6.12: what live kernels showed, and what is in them still', () => {
  const now = revisionById('spapr/6.12')!;
  const matrix = matrixOf(now);
  expect(textOf(matrix)).toMatchInlineSnapshot(`
    "B1: MAP-008
    B2: REG-002 TCE-003
    B3: PIN-006
    B4: out-of-bounds
    BUG-D: CON-102
    BUG-L: ACC-005
    BUG-M: ACC-005 CON-101
    BUG-O: REG-004
    BUG-P: CON-102 WIN-009
    BUG-U: CON-101 REG-004 REG-007
    BUG-W: ACC-005 CON-101 CON-102 REG-002 WIN-009 data-race
    BUG-X: REG-002 TCE-003 data-race
    E1: RES-013
    L1+BUG-W: REG-002
    L1+BUG-X: data-race
    L1: REG-002 data-race use-after-free
    L2b: use-after-free"
  `);
  const wanted = ['B1', 'B2', 'B3', 'B4', 'L1', 'BUG-U', 'BUG-L', 'BUG-D'];
  expect(shrunk(now, matrix, wanted)).toMatchInlineSnapshot(`
    [
      "B1: MAP-008 (success over a hole), 4 operations, 2 tasks, 1 preemptions",
      "B2: REG-002 (too many), 3 operations, 1 tasks, 0 preemptions",
      "B3: PIN-006 (too many), 3 operations, 1 tasks, 0 preemptions",
      "B4: out-of-bounds (table), 3 operations, 1 tasks, 0 preemptions",
      "L1: use-after-free (it_userspace), 4 operations, 2 tasks, 2 preemptions",
      "BUG-U: REG-007 (listed when it returned), 4 operations, 1 tasks, 0 preemptions",
      "BUG-L: ACC-005 (too much), 3 operations, 1 tasks, 0 preemptions",
      "BUG-D: CON-102 (regions), 5 operations, 1 tasks, 0 preemptions",
    ]
  `);
});
