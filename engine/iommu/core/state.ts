// What the IOMMU core keeps besides groups and devices: its own lock, its static domains, and what
// in-kernel clients remember of their claims.

import { type Birth, type Cell, KernelObject, Mutex } from '../../runtime/index.ts';
import type { IommuWorld } from '../world.ts';
import { IommuDomain } from './domain.ts';

/** iommu_probe_device_lock. */
class ProbeLock extends KernelObject {
  readonly mutex: Mutex;

  constructor(birth: Birth) {
    super(birth);
    this.mutex = new Mutex(this, 'iommu_probe_device_lock');
  }

  get kind(): string {
    return 'core';
  }
}

/** A domain that the drivers have for all groups: never allocated, never freed. */
class StaticDomain extends IommuDomain {
  override readonly isStatic: boolean = true;
}

/** How often a client holds what it has claimed: it gives back no more than that. */
export interface Claim {
  readonly owner: number;
  readonly group: number;
  readonly byGroup: Cell<number>;
  readonly byDevice: Cell<number>;
}

/** Claims of in-kernel clients that succeeded and were not yet released, by owner and group. */
export class Claims extends KernelObject {
  private readonly claims = new Map<string, Claim>();
  private readonly locks = new Map<number, Mutex>();

  get kind(): string {
    return 'client';
  }

  of(owner: number, group: number): Claim {
    const key = `${owner}@${group}`;
    let claim = this.claims.get(key);
    if (claim === undefined) {
      const byGroup = this.cell(`claims_group ${key}`, 0);
      const byDevice = this.cell(`claims_device ${key}`, 0);
      this.claims.set(key, (claim = { owner, group, byGroup, byDevice }));
    }
    return claim;
  }

  /** An owner is one client, which does one thing at a time. */
  lock(owner: number): Mutex {
    let lock = this.locks.get(owner);
    if (lock === undefined)
      this.locks.set(owner, (lock = new Mutex(this, `lock of owner ${owner}`)));
    return lock;
  }

  /** Those that operations of the program name: boot looks at each once. */
  all(): Claim[] {
    return [...this.claims.values()];
  }
}

export class CoreState {
  readonly probe: ProbeLock;
  /** Static domain of the drivers that know blocking: attaching it cannot fail. */
  readonly blocked: IommuDomain;
  readonly claims: Claims;

  constructor({ heap }: IommuWorld) {
    this.probe = heap.boot(ProbeLock, 'core');
    this.blocked = heap.boot(StaticDomain, 'blocked_domain', 'blocked', null, 'core');
    this.claims = heap.boot(Claims, 'claims');
  }
}
