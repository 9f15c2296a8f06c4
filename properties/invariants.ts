// The numbered invariants of the spec files, and what stands for each: a property, or the reason why
// there is none.

import { uncheckable as attach } from './iommu/attach.ts';
import { uncheckable as cookie } from './iommu/cookie.ts';
import { uncheckable as dirty } from './iommu/dirty.ts';
import { uncheckable as iommufd } from './iommu/iommufd.ts';
import { uncheckable as mapping } from './iommu/mapping.ts';
import { uncheckable as ownership } from './iommu/ownership.ts';
import type { Uncheckable } from './iommu/part.ts';
import { uncheckable as type1 } from './iommu/type1.ts';
import { uncheckable as virtio } from './iommu/virtio.ts';
import { allProperties } from './catalogue.ts';

/** Section and number of invariants of each spec file. */
const files = {
  'spapr-tce-v2': { section: 10, count: 13 },
  'iommu-core': { section: 7, count: 15 },
  'virtio-domain': { section: 9, count: 15 },
  'coherency-and-ownership': { section: 7, count: 14 },
  'split-merge-dirty': { section: 4, count: 11 },
  cookies: { section: 7, count: 12 },
} as const;

const reasons: readonly Uncheckable[] = [
  ...mapping,
  ...attach,
  ...ownership,
  ...virtio,
  ...dirty,
  ...cookie,
  ...type1,
  ...iommufd,
];

export interface Invariant {
  /** `spec/<file>.md §n.m`. */
  readonly invariant: string;
  /** Ids of the properties that say it. */
  readonly properties: readonly string[];
  /** Why there is none, or what else covers a part of it. */
  readonly reasons: readonly string[];
}

/** Every invariant of every spec file, in order. */
export const invariants: readonly Invariant[] = Object.entries(files).flatMap(
  ([file, { section, count }]) =>
    Array.from({ length: count }, (_, i): Invariant => {
      const invariant = `spec/${file}.md §${section}.${i + 1}`;
      return {
        invariant,
        properties: allProperties.filter((p) => cites(p.source, invariant)).map((p) => p.id),
        reasons: reasons.filter((r) => r.invariant === invariant).map((r) => r.why),
      };
    }),
);

/** Whether a source names the invariant: alone, or among several of one file (`§7.3, §7.4`). */
function cites(source: string, invariant: string): boolean {
  const [file = '', number = ''] = invariant.split(' ');
  const from = source.indexOf(file);
  if (from < 0) return false;
  const next = source.indexOf('spec/', from + 1);
  const mine = next < 0 ? source.slice(from) : source.slice(from, next);
  return mine.split(/[,;\s]+/).includes(number);
}
