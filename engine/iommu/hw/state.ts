// What the hardware behind an IOMMU keeps: which transactions of devices are in flight. An invalidation
// is complete only when those that began before it are (the wait descriptor, CMD_SYNC).

import { Access, type Birth, Cell, Flag, KernelObject, type Value } from '../../runtime/index.ts';
import type { IommuInstance, PhysPage } from '../core/objects.ts';
import type { IommuWorld } from '../world.ts';

/** Tasks with a transaction in flight, as bits. */
class Transactions extends Cell<number> {
  readonly begin: Access;
  readonly end: Access;
  /** Waits until none is in flight. */
  readonly drain: Access;

  constructor(object: KernelObject) {
    super(object, 'transactions', 0);
    const number = (f: (v: number, task: number) => number) => (v: Value, task: number) =>
      f(v as number, task);
    this.begin = new Access(this, 'dma begins', Flag.mutates, {
      apply: number((v, task) => v | (1 << task)),
    });
    this.end = new Access(this, 'dma ends', Flag.mutates, {
      apply: number((v, task) => v & ~(1 << task)),
    });
    this.drain = new Access(this, 'drain', Flag.mutates, { ready: (v) => v === 0 });
  }
}

/** The translation hardware of one IOMMU. */
export class Unit extends KernelObject {
  readonly transactions: Transactions;

  constructor(birth: Birth) {
    super(birth);
    this.transactions = new Transactions(this);
  }

  get kind(): string {
    return 'hw';
  }
}

export class HardwareState {
  private readonly units: readonly Unit[];
  private readonly touches = new Map<PhysPage, { read: Access; write: Access }>();

  constructor({ heap, iommus }: IommuWorld) {
    this.units = iommus.map((_, i) => heap.boot(Unit, `hw${i}`));
  }

  unit(iommu: IommuInstance): Unit {
    return this.units[iommu.index] as Unit;
  }

  /** A device's access of a page: it shows in the page's history, and answers nothing. */
  touch(page: PhysPage, write: boolean): Access {
    let both = this.touches.get(page);
    if (both === undefined) {
      const of = (verb: string) => new Access(page.allocated, verb, 0);
      this.touches.set(page, (both = { read: of('dma_read'), write: of('dma_write') }));
    }
    return write ? both.write : both.read;
  }
}
