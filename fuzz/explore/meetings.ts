// Who may yet do something on which the step at a point depends, and who may let it go on where it has
// to wait: for all programs of a world under the same options.

import { dependent, excluded, type World } from '../../engine/runtime/index.ts';
import { keptForWorlds } from './kept.ts';
import type { Condition } from './reductions.ts';
import { Relation } from './relation.ts';

export interface MeetingOptions {
  /** Locks that a task holds keep others out. */
  readonly sections: boolean;
  readonly without: Condition | null;
}

const meetingsFor = keptForWorlds<Meetings>();

export class Meetings {
  /** From there, something may be done on which the step here depends. */
  readonly meets: Relation;
  /** From there, what is asleep here may be woken (Effect.sleeping). */
  readonly wakes: Relation;

  /** Those of a world under these options; a search begins. */
  static begin(world: World, { sections, without }: MeetingOptions): Meetings {
    const key = `${sections} ${without}`;
    const meetings = meetingsFor(world, key, () => new Meetings(sections, without));
    meetings.meets.begin();
    meetings.wakes.begin();
    return meetings;
  }

  private constructor(sections: boolean, without: Condition | null) {
    this.meets = new Relation(0, ({ access, held }, theirs) =>
      theirs.of(access.cell.object).some(({ access: other, guards }) => {
        if (!dependent(access, other)) return false;
        if (without === 'frees count' && access.cell !== other.cell) return false;
        return !sections || !excluded(held, guards, without === 'shared guards');
      }),
    );
    this.wakes = new Relation(1, ({ access: { cell } }, theirs) =>
      theirs.of(cell.object).some(({ access }) => access.cell === cell && access.wakes),
    );
  }

  /** Whether the search would have been told otherwise by now. */
  get misled(): boolean {
    return this.meets.takenBack || this.wakes.takenBack;
  }
}
