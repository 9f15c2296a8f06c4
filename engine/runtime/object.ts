// Kernel objects: named groups of cells with a lifetime. Constant fields are ordinary readonly
// properties; everything that changes is a cell.

import { Access, Flag } from './access.ts';
import { Cell } from './cell.ts';
import { type Hashed, hashString, hashString2, type Value } from './hash.ts';
import { Trip } from './trip.ts';

/** States of an object's lifetime cell. */
export const Life = { unborn: 0, live: 1, freed: 2 } as const;

/** How an object comes by its name: see Heap.create. */
export interface Birth {
  readonly name: string;
  /** Present from the start, not allocated by an operation; never leaks. */
  readonly boot: boolean;
}

export abstract class KernelObject implements Hashed {
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly boot: boolean;
  readonly life: Cell<number>;
  private ending: Access | null = null;

  constructor(birth: Birth) {
    this.name = birth.name;
    this.hash = hashString(birth.name);
    this.hash2 = hashString2(birth.name);
    this.boot = birth.boot;
    this.life = new Cell(this, 'life', birth.boot ? Life.live : Life.unborn);
  }

  /** kfree: announces the end of the object's life. */
  get free(): Access {
    return (this.ending ??= new Access(this.life, 'free', Flag.mutates | Flag.lifetime, {
      apply: (life) => {
        if (life === Life.live) return Life.freed;
        throw new Trip('double-free', this, `${this.title} is freed a second time`);
      },
    }));
  }

  /** The object's kind, as reports and leak checks name it. */
  abstract get kind(): string;

  /** The object in words for people; names are for identity. */
  get title(): string {
    return this.boot ? this.name : this.kind;
  }

  protected cell<T extends Value>(field: string, initial: T): Cell<T> {
    return new Cell<T>(this, field, initial);
  }
}
