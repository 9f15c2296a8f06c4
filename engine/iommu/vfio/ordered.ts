// A list that a lock guards, as one value: it is read and changed in one step each, since nobody
// may look at it half changed. Lists that are walked without their lock are engine/runtime/list.ts.

import {
  Cell,
  type Hashed,
  hashString,
  hashString2,
  type KernelObject,
} from '../../runtime/index.ts';

export class Ordered<T extends KernelObject> implements Hashed {
  readonly items: readonly T[];
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;

  constructor(items: readonly T[], name: string) {
    this.items = items;
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
  }
}

export class OrderedCell<T extends KernelObject> extends Cell<Ordered<T>> {
  private readonly known: Map<string, Ordered<T>>;

  constructor(object: KernelObject, field: string) {
    const empty = new Ordered<T>([], '[]');
    super(object, field, empty);
    this.known = new Map([['[]', empty]]);
  }

  /** The one list of these objects in this order. */
  of(items: readonly T[]): Ordered<T> {
    const name = `[${items.map((i) => i.name).join(' ')}]`;
    let value = this.known.get(name);
    if (value === undefined) this.known.set(name, (value = new Ordered(items, name)));
    return value;
  }
}
