// What the dirty part of the stack keeps in a world: the bitmaps that callers have of their last sync.

import { type Cell, KernelObject, step } from '../../runtime/index.ts';
import type { IommuWorld } from '../world.ts';

class Bitmaps extends KernelObject {
  private readonly byTask = new Map<string, Cell<string>>();

  get kind(): string {
    return 'bitmaps';
  }

  of(task: string): Cell<string> {
    let bitmap = this.byTask.get(task);
    if (bitmap === undefined) this.byTask.set(task, (bitmap = this.cell(`bitmap of ${task}`, '')));
    return bitmap;
  }
}

export class DirtyState {
  private readonly bitmaps: Bitmaps;

  constructor(world: IommuWorld) {
    this.bitmaps = world.heap.boot(Bitmaps, 'bitmaps');
  }

  /** The bitmap of a task, for properties. */
  bitmapOf(task: string): Cell<string> {
    return this.bitmaps.of(task);
  }

  /** Numbers of the pages that the last sync of the current task has reported. */
  bitmap(): Cell<string> {
    return this.bitmaps.of(step.allocator?.label ?? '');
  }
}
