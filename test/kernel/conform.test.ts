// The engine beside live kernels: each log of this folder, line by line on the revision that it was
// made on; and on engines that must not agree with it, so that agreement means something.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { revisionById } from '../../engine/revisions/index.ts';
import { annotationsPath, conform, parseAnnotations } from '../../fuzz/conform/index.ts';

const path = join(import.meta.dirname, 'powernv9-6.12.107.jsonl');
const log = readFileSync(path, 'utf8');
const annotations = parseAnnotations(readFileSync(annotationsPath(path), 'utf8'));

/** The log on a revision, without some of its deltas. */
function on(revision: string, ...without: string[]) {
  const deltas = revisionById(revision)!.deltas.filter((d) => !without.includes(d.id));
  return conform(log, { deltas, annotations });
}

const unlisted = (report: ReturnType<typeof on>) =>
  report.lines.filter((l) => l.verdict === 'differs' && !l.listed).map((l) => l.line);

test('powernv9, Linux 6.12.107: every call and reading agrees, but for the listed ones', () => {
  const report = on('spapr/6.12');
  expect(unlisted(report)).toEqual([]);
  expect(report.counts).toEqual({
    calls: { agreed: 163, differ: 1 },
    readings: { agreed: 22, differ: 0 },
    outside: 36,
    listed: 1,
    unlisted: 0,
  });
  expect(report.counts.listed).toBeLessThanOrEqual(5);
  expect(report.stale).toEqual([]);
  expect(report).toMatchObject({ machine: 'powernv9', hostPage: 4096, assumedMachine: false });
});

test('what is outside the engine is of devices and drivers, or sums up what is not in the log', () => {
  const counts = new Map<string | null, number>();
  for (const { verdict, reason } of on('spapr/6.12').lines)
    if (verdict === 'outside') counts.set(reason, (counts.get(reason) ?? 0) + 1);
  expect([...counts].map(([reason, n]) => `${n} ${reason}`)).toEqual([
    '3 binding of drivers to devices',
    '24 an operation of a device',
    '9 a summary of many calls that the log does not list',
  ]);
});

// The lines of the unregistrations that BUG-U changes, and of what follows from them.
const mapped = [82, 84, 86, 87, 96, 100, 103, 107, 121, 124, 126, 162, 164];

test.each([
  ['BUG-U', mapped],
  ['E1', [108]],
  ['R8', [55]],
])('without %s the engine differs where the kernel shows it', (delta, lines) => {
  expect(unlisted(on('spapr/6.12', delta))).toEqual(lines);
});

test('the reference engine differs exactly by these three', () => {
  expect(unlisted(on('reference'))).toEqual([...mapped, 55, 108].toSorted((a, b) => a - b));
});

test('older revisions differ', () => {
  expect(on('spapr/v11').counts.unlisted).toBeGreaterThan(20);
  expect(on('spapr/6.1').counts.unlisted).toBeGreaterThan(5);
});
