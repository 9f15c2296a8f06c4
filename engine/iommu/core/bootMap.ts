// Mappings that are there from the start: the direct mappings of devices that were probed at boot.

import type { Heap } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuGeometry } from '../vocabulary/index.ts';
import type { IommuDomain } from './domain.ts';
import { leaf, prot } from './leaf.ts';
import type { Device } from './objects.ts';
import { entryIndex, entrySize, PageTable } from './pageTable.ts';

/** Identity maps the device's direct regions, page by page. */
export function bootDirectMappings(
  heap: Heap,
  geometry: IommuGeometry,
  domain: IommuDomain,
  device: Device,
): void {
  const size = entrySize(geometry, 0);
  const snoop = device.iommu.driver === 'amd';
  for (const region of device.spec.reserved ?? []) {
    if (region.kind !== 'direct') continue;
    for (let at = region.start; at < region.start + region.size; at += size) {
      const table = lastTable(heap, geometry, domain, at);
      const protection = prot.read | prot.write;
      const fields = { pa: at, size, prot: protection, dbm: false, dirty: false, snoop };
      table.at(entryIndex(geometry, 0, at)).stored = leaf(fields);
    }
  }
}

function lastTable(heap: Heap, geometry: IommuGeometry, domain: IommuDomain, at: U64): PageTable {
  let table = domain.root.stored as PageTable;
  while (table.level > 0) {
    const entry = table.at(entryIndex(geometry, table.level, at));
    let next = entry.stored;
    if (!(next instanceof PageTable)) {
      const start = at - (at % entrySize(geometry, table.level));
      const name = `${domain.name} table${table.level - 1}@${start.toString(16)}`;
      entry.stored = next = heap.boot(PageTable, name, table.level - 1, start);
    }
    table = next;
  }
  return table;
}
