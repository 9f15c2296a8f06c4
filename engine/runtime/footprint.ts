// What one operation may touch, as far as its code is known: every access that some history of it
// announces, with the locks that guard it in all of them. It grows while the code is learnt; whoever
// relies on it must look whether it has.

import type { Access } from './access.ts';
import { commonGuards, type Guard } from './dependence.ts';
import type { KernelObject } from './object.ts';

export interface Touch {
  readonly access: Access;
  readonly guards: readonly Guard[];
}

/** What operations were found to do while their code was learnt. */
export interface Growth {
  /** How often any footprint has turned out larger than was known. */
  count: number;
  /** Some operation can come back to an earlier point of its own: states may repeat. */
  cyclic: boolean;
}

export class Footprint {
  private readonly growth: Growth;
  private readonly byObject = new Map<KernelObject, Map<Access, Touch>>();

  constructor(growth: Growth) {
    this.growth = growth;
  }

  note(access: Access, guards: readonly Guard[]): void {
    const { object } = access.cell;
    let touches = this.byObject.get(object);
    if (touches === undefined) this.byObject.set(object, (touches = new Map()));
    const known = touches.get(access);
    const common = known === undefined ? guards : commonGuards(known.guards, guards);
    if (known !== undefined && same(known.guards, common)) return;
    touches.set(access, { access, guards: common });
    this.growth.count++;
  }

  /** Whether some access here and one there, of the same object, are such. */
  meets(other: Footprint, such: (here: Access, there: Access) => boolean): boolean {
    for (const [object, touches] of this.byObject)
      for (const { access: here } of touches.values())
        for (const { access: there } of other.of(object)) if (such(here, there)) return true;
    return false;
  }

  /** Everything that is known. */
  *accesses(): Generator<Access> {
    for (const touches of this.byObject.values()) yield* touches.keys();
  }

  /** What may be done to any cell of an object. */
  of(object: KernelObject): Iterable<Touch> {
    return this.byObject.get(object)?.values() ?? [];
  }
}

function same(a: readonly Guard[], b: readonly Guard[]): boolean {
  return a.length === b.length && a.every((g, i) => g.shared === b[i]?.shared);
}
