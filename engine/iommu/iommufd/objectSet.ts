// A set of kernel objects as one value of a cell: an interval tree, an xarray or a list of which only
// the members matter. Members may have been freed: who then follows one is caught.

import { type Hashed, hashString, hashString2, type KernelObject } from '../../runtime/index.ts';

/** Whether the order in which members came is part of the value. */
export type Order = 'as they came' | 'by name';

const byName = (a: KernelObject, b: KernelObject) => (a.name < b.name ? -1 : 1);

/** Sets of one family (usually of one cell) are interned together. */
class Family<T extends KernelObject> {
  private readonly known = new Map<string, ObjectSet<T>>();
  private readonly order: Order;

  constructor(order: Order) {
    this.order = order;
  }

  of(list: readonly T[]): ObjectSet<T> {
    const members = this.order === 'by name' ? [...list].sort(byName) : list;
    const name = members.map((m) => m.name).join(' ');
    let set = this.known.get(name);
    if (set === undefined) this.known.set(name, (set = new ObjectSet(this, name, members)));
    return set;
  }
}

export class ObjectSet<T extends KernelObject> implements Hashed {
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly members: readonly T[];
  private readonly family: Family<T>;

  constructor(family: Family<T>, name: string, members: readonly T[]) {
    this.family = family;
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
    this.members = members;
  }

  with(member: T): ObjectSet<T> {
    return this.family.of([...this.members, member]);
  }

  without(member: T): ObjectSet<T> {
    return this.family.of(this.members.filter((m) => m !== member));
  }

  has(member: T): boolean {
    return this.members.includes(member);
  }

  get empty(): boolean {
    return this.members.length === 0;
  }
}

/** The empty set of a new family. */
export function emptySet<T extends KernelObject>(order: Order = 'as they came'): ObjectSet<T> {
  return new Family<T>(order).of([]);
}
