// REG-007: an UNREGISTER that returns 0 ends its region. Asked once nothing is in flight, of every range
// that was unregistered since it was asked last, whoever was in flight then: what it answers must not
// depend on when operations were seen to return.

import type { Mm, SpaprProgram, SpaprWorld } from '../engine/index.ts';
import { type Birth, type Cell, KernelObject } from '../engine/runtime/index.ts';
import { checkUnregistered } from './registration.ts';
import { mmOf } from './view.ts';

/** What was asked of a container. */
interface Asked {
  readonly op: 'register' | 'unregister';
  readonly container: number;
  readonly va: number;
  readonly size: number;
}

/** The key where the machines object to what an UNREGISTER returned. */
export const listedWhenReturned = 'listed when it returned';

/** Ranges, a line each, sorted: process, first byte, bytes. */
class Ranges extends KernelObject {
  readonly gone: Cell<string>;
  /** Registered in the same time: by somebody else, for all that can be told, and maybe after that. */
  readonly back: Cell<string>;

  constructor(birth: Birth) {
    super(birth);
    this.gone = this.cell('gone', '');
    this.back = this.cell('back', '');
  }

  get kind(): string {
    return 'judge';
  }
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

export class Unregistered {
  private readonly world: SpaprWorld;
  private readonly ranges: Ranges;
  /** Those that the program unregisters: of no other is anything asked. */
  private readonly named: ReadonlySet<string>;

  constructor({ setup, tasks }: SpaprProgram, world: SpaprWorld) {
    this.world = world;
    this.ranges = world.heap.boot(Ranges, 'unregistered');
    const ops = [...setup, ...tasks.flatMap((task) => task.ops)];
    this.named = new Set(
      ops.flatMap((op) => (op.op === 'unregister' ? [`${op.va} ${op.size}`] : [])),
    );
  }

  /** The operation has returned 0. */
  note({ op, container, va, size }: Asked): void {
    const mm = this.mmOf(container);
    if (mm === null || !this.named.has(`${va} ${size}`)) return;
    const cell = op === 'register' ? this.ranges.back : this.ranges.gone;
    const line = `${this.world.mms.indexOf(mm)} ${va} ${size}`;
    const known = lines(cell.stored);
    if (!known.includes(line)) this.world.heap.store(cell, [...known, line].sort().join('\n'));
  }

  /** An UNREGISTER has returned 0, and nobody can say why: whether its region is there still. */
  checkOne({ container, va, size }: Asked): void {
    const mm = this.mmOf(container);
    if (mm !== null) checkUnregistered(this.world, mm, va, size, listedWhenReturned);
  }

  /** Nothing is in flight. */
  check(): void {
    const { world } = this;
    const { gone, back } = this.ranges;
    const asked = lines(gone.stored).filter((line) => !lines(back.stored).includes(line));
    world.heap.store(gone, '');
    world.heap.store(back, '');
    for (const line of asked) {
      const [mm = 0, va = 0, size = 0] = line.split(' ').map(Number);
      checkUnregistered(world, world.mms[mm] as Mm, va, size, 'still listed');
    }
  }

  private mmOf(container: number): Mm | null {
    const found = this.world.containers[container];
    return found === undefined ? null : mmOf(this.world, found);
  }
}
