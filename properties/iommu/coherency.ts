// Forced coherency: spec/coherency-and-ownership.md §7.6.

import {
  type Device,
  IommuDomain,
  type IommuWorld,
  Leaf,
  PageTable,
} from '../../engine/iommu/index.ts';
import type { IommuOp } from '../../engine/iommu/vocabulary/index.ts';
import { type Cell, KernelObject, type Outcome } from '../../engine/runtime/index.ts';
import { broken, type Property } from '../property.ts';

export const coherencyProperties = {
  forced: {
    id: 'OWN-006',
    title: 'A domain that forces snooping does so for good, everywhere',
    rule: 'force_snooping stays set; every leaf of a forced domain has the snoop bit; every device attached to it is behind an IOMMU with snoop control',
    source: 'spec/coherency-and-ownership.md §7.6',
    blame: 'engine',
    subsystem: 'ownership',
  },
} as const satisfies Record<string, Property>;

/** Domains of which a client was told that they are forced. */
class Promises extends KernelObject {
  private readonly cells = new Map<IommuDomain, Cell<boolean>>();

  get kind(): string {
    return 'promises';
  }

  of(domain: IommuDomain): Cell<boolean> {
    let cell = this.cells.get(domain);
    if (cell === undefined) this.cells.set(domain, (cell = this.cell(domain.name, false)));
    return cell;
  }
}

export class CoherencyJudge {
  private readonly world: IommuWorld;
  private readonly promises: Promises;

  constructor(world: IommuWorld) {
    this.world = world;
    this.promises = world.heap.boot(Promises, 'promises');
  }

  onEnd(op: IommuOp, { out }: Outcome): void {
    if (op.op !== 'enforce_cache_coherency' || out?.['enforced'] !== 1) return;
    const domain = this.world.slots.domain(op.domain).stored;
    if (domain?.forceSnooping.stored === true)
      this.world.heap.store(this.promises.of(domain), true);
  }

  looks({ op }: IommuOp): boolean {
    return op === 'enforce_cache_coherency';
  }

  quiescent(): void {
    for (const domain of this.domains()) {
      const forced = domain.forceSnooping.stored;
      if (!forced && this.promises.of(domain).stored)
        throw broken(
          coherencyProperties.forced,
          'taken back',
          `${domain.title} is not forced any more`,
          domain,
        );
      if (!forced) continue;
      checkLeaves(domain, domain.root.stored);
      for (const device of this.world.devices) checkSnoopControl(domain, device);
    }
  }

  /** All that are in somebody's hands. */
  private domains(): Set<IommuDomain> {
    const { groups, slots, devices, heap } = this.world;
    const held = [
      ...slots.touched().map((s) => s.stored),
      ...groups.map((g) => g.domain.stored),
      ...devices.map((d) => d.domain.stored),
    ].filter((d) => d !== null && d.life.stored === 1);
    const domains = new Set(held as IommuDomain[]);
    for (const object of heap.living()) if (object instanceof IommuDomain) domains.add(object);
    return domains;
  }
}

function checkLeaves(domain: IommuDomain, table: PageTable | null): void {
  if (table === null) return;
  for (const index of table.touched()) {
    const entry = table.at(index).stored;
    if (entry instanceof PageTable) checkLeaves(domain, entry);
    else if (entry instanceof Leaf && !entry.snoop)
      throw broken(
        coherencyProperties.forced,
        'leaf',
        `${entry.name} of a forced domain lacks the snoop bit`,
        domain,
      );
  }
}

function checkSnoopControl(domain: IommuDomain, device: Device): void {
  if (device.domain.stored !== domain || device.iommu.spec.snoopControl !== false) return;
  throw broken(
    coherencyProperties.forced,
    'device',
    `${device.name} is attached to a forced domain, behind an IOMMU without snoop control`,
    domain,
  );
}
