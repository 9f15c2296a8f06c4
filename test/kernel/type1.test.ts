// type1 beside live kernels: eight logs of one list of calls, each on the revision and behind the
// IOMMU that it was made with; and with other parameters, so that agreement means something.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { revisionById } from '../../engine/revisions/index.ts';
import { conformType1 } from '../../fuzz/conform/type1/conform.ts';
import type { IommuName } from '../../fuzz/conform/type1/machine.ts';

type Version = '6.1' | '6.12' | '7.2';

/** What a log was made with; another IOMMU and another revision, and the lines that then differ. */
const logs: readonly (readonly [IommuName, Version, IommuName, number[], Version, number[]])[] = [
  // The aperture: 39 bits, or all of them. Nesting, and the check of the end of a range.
  ['intel', '6.1', 'amd', [46, 48], '7.2', [6, 17, 45]],
  ['intel', '6.12', 'virtio', [46, 48], '7.2', [6, 17, 45]],
  ['intel', '7.2', 'virtio', [46, 48], '6.12', [6, 17, 45]],
  ['amd', '6.1', 'intel', [46, 48, 70], '7.2', [6, 17, 45, 46, 48, 70]],
  ['amd', '6.12', 'intel', [46, 48, 70], '7.2', [6, 17, 45, 46, 48, 70]],
  ['amd', '7.2', 'virtio', [46, 48], '6.12', [6, 17, 45, 46, 48]],
  ['virtio', '6.12', 'intel', [46, 48, 70], '7.2', [6, 17, 45]],
  ['virtio', '7.2', 'intel', [46, 48, 70], '6.12', [6, 17, 45]],
];

const textOf = (iommu: IommuName, version: string) =>
  readFileSync(join(import.meta.dirname, 'type1', `${iommu}-${version}.jsonl`), 'utf8');

const on = (text: string, iommu: IommuName, version: string) =>
  conformType1(text, { iommu, revision: revisionById(`core/${version}`)! }).report;

const differing = (report: ReturnType<typeof on>) =>
  report.lines.filter((l) => l.verdict === 'differs').map((l) => l.line);

describe.each(logs)(
  '%s, Linux %s',
  (iommu, version, otherIommu, byIommu, otherVersion, byVersion) => {
    const text = textOf(iommu, version);

    test('every call and reading agrees', () => {
      const report = on(text, iommu, version);
      expect(differing(report)).toEqual([]);
      expect(report.counts).toEqual({
        calls: { agreed: 83, differ: 0 },
        readings: { agreed: 5, differ: 0 },
        outside: 0,
        listed: 0,
        unlisted: 0,
      });
    });

    test(`behind ${otherIommu} or on ${otherVersion} it does not`, () => {
      expect(differing(on(text, otherIommu, version))).toEqual(byIommu);
      expect(differing(on(text, iommu, otherVersion))).toEqual(byVersion);
    });
  },
);

test('what is assumed of a line is what the log itself shows', () => {
  const notes = on(textOf('intel', '6.12'), 'intel', '6.12').lines.filter((l) => l.note !== null);
  expect(notes.map(({ line, note }) => `${line} ${note}`)).toEqual([
    '22 a group has joined the container, which the log does not list',
    '41 taken for a misaligned address',
    '47 taken for memory that is not there',
  ]);
});

test('who is not told takes the IOMMU and the revision that explain most', () => {
  const { revision, report } = conformType1(textOf('virtio', '7.2'));
  expect({ revision, machine: report.machine }).toEqual({
    revision: 'core/7.2',
    machine: 'virtio IOMMU',
  });
});
