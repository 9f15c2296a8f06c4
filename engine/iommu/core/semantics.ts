// In what the drivers with radix page tables differ: spec/iommu-core.md §10, as data.

import type { DriverKind } from '../vocabulary/index.ts';

export interface DriverSemantics {
  /** map over a leaf: keep it and say 0, replace it, or refuse with -EEXIST. */
  readonly overLeaf: 'keep' | 'replace' | 'refuse';
  /**
   * unmap of a hole: `table`, it counts as unmapped where the table of that page size is there;
   * `lastLevel`, where a table of the last level is; `stop`, never.
   */
  readonly hole: 'table' | 'lastLevel' | 'stop';
  /** unmap inside a larger leaf: all of it goes, or none. */
  readonly insideLeaf: 'whole' | 'refuse';
  /** unmap of all that a table translates: the table goes too, or stays until the domain is freed. */
  readonly emptyTables: 'free' | 'keep';
  /** A table that a leaf replaces: is flushed before the leaf is stored, or after. */
  readonly replacedTable: 'flushFirst' | 'storeFirst';
  /** Page tables start one level short and grow when an address needs it. */
  readonly growsRoot: boolean;
  /** Snooping forced in each leaf: as the domain says, always, or never. */
  readonly snoop: 'domain' | 'always' | 'never';
  /** The driver notes that the domain has mappings (has_mappings). */
  readonly notesMappings: boolean;
}

const intel: DriverSemantics = {
  overLeaf: 'keep',
  hole: 'table',
  insideLeaf: 'whole',
  emptyTables: 'free',
  replacedTable: 'flushFirst',
  growsRoot: false,
  snoop: 'domain',
  notesMappings: true,
};

const amd: DriverSemantics = {
  overLeaf: 'replace',
  hole: 'lastLevel',
  insideLeaf: 'whole',
  emptyTables: 'keep',
  replacedTable: 'storeFirst',
  growsRoot: true,
  snoop: 'always',
  notesMappings: false,
};

const arm: DriverSemantics = {
  overLeaf: 'refuse',
  hole: 'stop',
  insideLeaf: 'refuse',
  emptyTables: 'free',
  replacedTable: 'flushFirst',
  growsRoot: false,
  snoop: 'never',
  notesMappings: false,
};

/** virtio has no page tables: its row is never used by them. */
const table: Readonly<Record<DriverKind, DriverSemantics>> = { intel, amd, arm, virtio: arm };

export const semanticsOf = (driver: DriverKind): DriverSemantics => table[driver];
