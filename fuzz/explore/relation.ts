// A question about pairs of points: whether an operation that stands at the one may yet do something
// that matters to the step at the other. Answers are remembered for all programs of a world, and a
// search that relied on a no can ask whether it still is one.

import type { Point } from '../../engine/runtime/index.ts';

interface Known {
  readonly owner: Relation;
  /**
   * By footprint of the other point: two numbers for each of its points. The first is 0 where nobody
   * has asked, −1 for yes, else how many points lay ahead of it when the answer was no; the second,
   * which search was told no last.
   */
  readonly rows: Int32Array[];
}

export class Relation {
  private readonly slot: number;
  private readonly holds: (mine: Point, theirs: Point) => boolean;
  private search = 0;
  /** What this search was told no about. */
  private denied: (readonly [mine: Point, theirs: Point])[] = [];

  /** `slot`: where points remember it. */
  constructor(slot: number, holds: (mine: Point, theirs: Point) => boolean) {
    this.slot = slot;
    this.holds = holds;
  }

  /** Another search begins. */
  begin(): void {
    this.search++;
    this.denied = [];
  }

  /** What lies ahead of a point only grows: a yes stays, a no must be looked at again. */
  asks(mine: Point, theirs: Point): boolean {
    const row = this.rowOf(mine, theirs);
    const at = 2 * theirs.index;
    const known = row[at] as number;
    if (known < 0) return true;
    const { size } = theirs.ahead;
    if (known === size && row[at + 1] === this.search) return false;
    if (known !== size && this.holds(mine, theirs)) {
      row[at] = -1;
      return true;
    }
    row[at] = size;
    row[at + 1] = this.search;
    this.denied.push([mine, theirs]);
    return false;
  }

  /** Whether some no to this search would be a yes by now. */
  get takenBack(): boolean {
    return [...this.denied].some(([mine, theirs]) => this.asks(mine, theirs));
  }

  private rowOf(mine: Point, { footprint }: Point): Int32Array {
    let known = mine.shadow[this.slot] as Known | undefined;
    if (known?.owner !== this) mine.shadow[this.slot] = known = { owner: this, rows: [] };
    const row = known.rows[footprint.index];
    const length = 2 * footprint.points.length;
    if (row !== undefined && row.length >= length) return row;
    const longer = new Int32Array(length + (length >> 2));
    if (row !== undefined) longer.set(row);
    known.rows[footprint.index] = longer;
    return longer;
  }
}
