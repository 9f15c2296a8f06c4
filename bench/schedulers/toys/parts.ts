// What the toys of the comparison are made of: an object with numbers, and work that has nothing to do
// with the defect, so that a run is long and most of its switches mean nothing.

import { type Cell, type Heap, KernelObject, type Steps } from '../../../engine/runtime/index.ts';

export class Numbers extends KernelObject {
  private readonly cells = new Map<string, Cell<number>>();

  get kind(): string {
    return 'numbers';
  }

  /** A number, 0 at first. */
  of(field: string): Cell<number> {
    let cell = this.cells.get(field);
    if (cell === undefined) this.cells.set(field, (cell = this.cell(field, 0)));
    return cell;
  }
}

export const numbers = (heap: Heap, name = 'n') => heap.boot(Numbers, name);

export function* load(cell: Cell<number>): Steps<number> {
  yield cell.readOnce;
  return cell.value;
}

export function* store(cell: Cell<number>, value: number): Steps {
  yield cell.writeOnce;
  cell.value = value;
}

/** Stores `to` where there was `from`; answers whether there was. */
export function* compareAndSwap(cell: Cell<number>, from: number, to: number): Steps<boolean> {
  yield cell.exchange;
  if (cell.value !== from) return false;
  cell.value = to;
  return true;
}

/** Counts `times` events in a statistic that everybody counts in: it conflicts, and decides nothing. */
export function* count(cell: Cell<number>, times: number): Steps {
  for (let i = 0; i < times; i++) {
    yield cell.exchange;
    cell.value = (cell.value + 1) % 4;
  }
}
