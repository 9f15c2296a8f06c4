// Accounting: locked_vm (ACC-005) and pins (PIN-006).

import { hpaOf, type Mm, type SpaprWorld } from '../engine/index.ts';
import { properties } from './catalogue.ts';
import { broken } from './property.ts';
import { containersOf, entriesOf, regionsOf, tablesOf } from './view.ts';

export function checkLockedVm(world: SpaprWorld): void {
  for (const mm of world.mms) {
    const parts = chargesOf(world, mm);
    const expected = parts.regions + parts.tables + parts.windows;
    const actual = mm.lockedVm.stored;
    if (actual === expected) continue;
    throw broken(
      properties.accounting,
      actual > expected ? 'too much' : 'too little',
      `locked_vm of process ${mm.index} is ${actual} pages, but ${parts.regions} are registered, ` +
        `${parts.tables} charged for tables, ${parts.windows} for enabled v1 windows`,
      mm,
      { lockedVm: actual, ...parts },
    );
  }
}

function chargesOf(world: SpaprWorld, mm: Mm) {
  const page = 2 ** world.geometry.pageShift;
  const containers = containersOf(world, mm);
  const tables = containers.flatMap(tablesOf);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const view = (t: (typeof tables)[number]) =>
    t.ownView === null && t.view !== null ? Math.ceil((t.view.length * 8) / page) : 0;
  return {
    regions: sum(regionsOf(mm).map((r) => r.entries)),
    tables: sum(tables.map((t) => t.itAllocatedSize / page + view(t))),
    windows: sum(
      containers.filter((c) => !c.v2 && c.enabled.stored).map((c) => c.lockedPages.stored),
    ),
  };
}

/** No region waits for a grace period or is on its way out. */
export function checkPins(world: SpaprWorld): void {
  for (const mm of world.mms) {
    const expected = new Map<number, number>();
    const count = (hpa: number) => expected.set(hpa, (expected.get(hpa) ?? 0) + 1);
    for (const region of regionsOf(mm)) for (const page of region.pages()) count(page.hpa);
    for (const container of containersOf(world, mm))
      if (!container.v2) for (const e of entriesOf(container)) if (e.tce !== 0) count(hpaOf(e.tce));
    for (const page of mm.pages.values()) {
      const wanted = expected.get(page.hpa) ?? 0;
      const pins = page.pins.stored;
      if (pins === wanted) continue;
      throw broken(
        properties.pinCount,
        pins > wanted ? 'too many' : 'too few',
        `${page.name} is pinned ${pins} times, registered or mapped ${wanted} times`,
        page,
        { pins, wanted },
      );
    }
  }
}
