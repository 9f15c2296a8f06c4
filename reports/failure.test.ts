// The text of a failure, whole, on toys: what a reader sees.

import { expect, test } from 'vitest';
import type { PropertyInfo } from '../fuzz/catalogue.ts';
import { type Finding, writeText } from '../fuzz/finding/index.ts';
import type { Instance } from '../fuzz/instance.ts';
import { recordFinding } from '../fuzz/trace/index.ts';
import { toyFinding } from '../test/toys/failing.ts';
import { toyHole } from '../test/toys/hole.ts';
import { toyRace } from '../test/toys/race.ts';
import { toyW } from '../bench/workload/w.ts';
import { sampleProgram } from '../test/toys/findings.ts';
import { coloured, plain } from './colour.ts';
import { failureText, type FailureView } from './failure.ts';

const property: PropertyInfo = {
  id: 'MAP-001',
  title: 'a successful MAP has written every entry',
  rule: 'MAP returns 0 if and only if all entries of the range are written.',
  source: 'spec/spapr-tce-v2.md §10, invariant 8',
  blame: 'engine',
  subsystem: null,
};

function view(instance: Instance, change: Partial<Finding> = {}): FailureView {
  const finding = { ...toyFinding(instance), ...change };
  return {
    engine: finding,
    program: finding.program,
    property,
    message: finding.message,
    trace: recordFinding(finding, instance),
    evidence: finding.evidence,
    size: finding.size,
    shrinking: finding.shrinking ?? null,
    causes: ['B1'],
    file: 'findings/map-001.json',
    text: 'iommucheck1:AAAA',
  };
}

test('a map over a hole', () => {
  expect(failureText(view(toyHole()))).toMatchInlineSnapshot(`
    "MAP-001: a successful MAP has written every entry
    MAP returned 0 over a hole in table0: the kernel's fault (reference + B1)

    schedule (2 tasks, 4 operations, 1 preemption)
      first  attach c0 ← group 0 = 0
      first  register c0 va 0x10000, 2 pages = 0
      T0                                              T1
      map c0 iova 0x0 ← va 0x10000, 2 pages
        write_once table0.tce[0]: 0 → 0x10000
      ── preempted before inc_not_zero region.mapped
                                                      unregister c0 va 0x10000, 2 pages
                                                        write_once region.mapped: 2 → 0
                                                      unregister = 0
        inc_not_zero region.mapped: 0, answers false
        write_once table0.hole: false → true ✗
      … map = 0

    evidence
      region: mapped 1 → 0
      T1, step 9: write_once region.mapped: 2 → 0
      T0, step 11: inc_not_zero region.mapped: 0, answers false

    replay
      iommucheck replay findings/map-001.json
      iommucheck replay \\
      'iommucheck1:AAAA'

    rule
      MAP returns 0 if and only if all entries of the range are written.
      spec/spapr-tce-v2.md §10, invariant 8
    "
  `);
});

test('what shrinking found not to matter, and no file', () => {
  const shrinking = {
    from: { operations: 11, tasks: 3, preemptions: 4, switches: 9 },
    dropped: ['group 1 and its window', 'the size of the mapping'],
  };
  const seen = view(toyHole(1), { shrinking });
  expect(failureText({ ...seen, file: null, causes: [] })).toMatchInlineSnapshot(`
    "MAP-001: a successful MAP has written every entry
    MAP returned 0 over a hole in table0: the kernel's fault (reference + B1)

    schedule (2 tasks, 4 operations, 1 preemption)
      first  attach c0 ← group 0 = 0
      first  register c0 va 0x10000, 2 pages = 0
      T0                                              T1
      map c0 iova 0x0 ← va 0x10000, 2 pages
        write_once table0.tce[0]: 0 → 0x10000
      ── preempted before inc_not_zero region.mapped
                                                      unregister c0 va 0x10000, 2 pages
                                                        write_once region.mapped: 2 → 0
                                                      unregister = 0
        inc_not_zero region.mapped: 0, answers false
        write_once table0.hole: false → true ✗
      … map = 0

    evidence
      region: mapped 1 → 0
      T1, step 9: write_once region.mapped: 2 → 0
      T0, step 11: inc_not_zero region.mapped: 0, answers false

    replay
      iommucheck replay \\
      'iommucheck1:AAAA'

    what did not matter
      shrunk from 3 tasks, 11 operations, 4 preemptions
      group 1 and its window
      the size of the mapping

    rule
      MAP returns 0 if and only if all entries of the range are written.
      spec/spapr-tce-v2.md §10, invariant 8
    "
  `);
});

test('a program with lanes alone; labels where the program does not know the operation', () => {
  const toy = { program: sampleProgram, ...toyW('B', 3, 2) };
  const text = failureText(view(toy));
  expect(text).toMatchInlineSnapshot(`
    "MAP-001: a successful MAP has written every entry
    count 2, 1 slots: the kernel's fault (reference + B1)

    schedule (2 tasks, 4 operations, 1 preemption)
      T0                                         T1                                          T2
      map c0 iova 0x0 ← va 0x10000, 2 pages = 0
      toggle 1 = 0
                                                 unregister c0 va 0x10000, 2 pages = 0
                                                 toggle 2
                                                 ── preempted before write_once
                                                     domain.count[0]
                                                                                             toggle 2 = 0
                                                 … toggle 2 = 0 ✗

    evidence
      T2, step 25: write_once domain.count[0]: 1 → 0
      T1, step 26: write_once domain.count[0]: 0 → 2

    replay
      iommucheck replay findings/map-001.json
      iommucheck replay \\
      'iommucheck1:AAAA'

    rule
      MAP returns 0 if and only if all entries of the range are written.
      spec/spapr-tce-v2.md §10, invariant 8
    "
  `);
});

test('a race: both accesses are still to come', () => {
  const text = failureText({ ...view(toyRace()), engine: { revision: 'reference', deltas: [] } });
  expect(text.slice(0, text.indexOf('replay\n'))).toMatchInlineSnapshot(`
    "MAP-001: a successful MAP has written every entry
    write by T0 in operation 0 races read by T1 in operation 0 on c0.enabled: the kernel's fault (reference, by B1)

    schedule (2 tasks, 4 operations, 1 preemption)
      T0                                     T1
      map c0 iova 0x0 ← va 0x10000, 2 pages
        read_once c0.ready: 0
      ── preempted before write c0.enabled
                                             unregister c0 va 0x10000, 2 pages
                                             ── stands before read c0.enabled ✗

    evidence
      c0: ready 0, enabled false
      T0, step 2: write c0.enabled, not done yet
      T1, step 2: read c0.enabled, not done yet

    "
  `);
});

test('colour adds nothing but colour', () => {
  const seen = view(toyHole());
  const text = failureText(seen, coloured);
  // eslint-disable-next-line no-control-regex
  expect(text.replaceAll(/\u001b\[\d+m/g, '')).toBe(failureText(seen, plain));
  expect(text).not.toBe(failureText(seen, plain));
});

test('the text form survives its wrapping', () => {
  const finding = toyFinding(toyHole());
  const text = failureText({ ...view(toyHole()), text: writeText(finding) });
  const quoted = /'([^']+)'/.exec(text.slice(text.indexOf('iommucheck1:') - 1))?.[1] ?? '';
  expect(quoted.replaceAll(/\s/g, '')).toBe(writeText(finding));
});
