// Whether an operation that stands at one point may yet do something on which another one's next step
// depends: remembered by pairs of points, for all programs of a world.

import { dependent, excluded, type Point, type World } from '../../engine/runtime/index.ts';
import type { Condition } from './reductions.ts';

export interface MeetingOptions {
  /** Locks that a task holds keep others out. */
  readonly sections: boolean;
  readonly without: Condition | null;
}

/** What is remembered of a point: by footprint and index of the other one. */
interface Known {
  readonly owner: Meetings;
  /** Twice the number of points ahead when it was found out, plus one if they may meet; 0: never. */
  readonly rows: Int32Array[];
}

const worlds = new WeakMap<World, Map<string, Meetings>>();

export class Meetings {
  private readonly sections: boolean;
  private readonly without: Condition | null;

  /** Those of a world under these options. */
  static of(world: World, { sections, without }: MeetingOptions): Meetings {
    let known = worlds.get(world);
    if (known === undefined) worlds.set(world, (known = new Map()));
    const key = `${sections} ${without}`;
    let meetings = known.get(key);
    if (meetings === undefined) known.set(key, (meetings = new Meetings(sections, without)));
    return meetings;
  }

  private constructor(sections: boolean, without: Condition | null) {
    this.sections = sections;
    this.without = without;
  }

  /** Whether the step at `mine` depends on anything that may be done from `theirs` on. */
  mayMeet(mine: Point, theirs: Point): boolean {
    const row = this.rowOf(mine, theirs);
    const size = theirs.ahead.size << 1;
    const known = row[theirs.index] as number;
    // What lies ahead only grows: who may meet may still.
    if ((known & 1) !== 0) return true;
    if (known === size) return false;
    const met = this.meets(mine, theirs);
    row[theirs.index] = met ? size | 1 : size;
    return met;
  }

  private rowOf(mine: Point, { footprint }: Point): Int32Array {
    let known = mine.shadow as Known | null;
    if (known === null || known.owner !== this) mine.shadow = known = { owner: this, rows: [] };
    const row = known.rows[footprint.index];
    const count = footprint.points.length;
    if (row !== undefined && row.length >= count) return row;
    const longer = new Int32Array(count + (count >> 2));
    if (row !== undefined) longer.set(row);
    known.rows[footprint.index] = longer;
    return longer;
  }

  private meets({ access, held }: Point, theirs: Point): boolean {
    const { sections, without } = this;
    for (const { access: other, guards } of theirs.of(access.cell.object)) {
      if (!dependent(access, other)) continue;
      if (without === 'frees count' && access.cell !== other.cell) continue;
      if (!sections || !excluded(held, guards, without === 'shared guards')) return true;
    }
    return false;
  }
}
