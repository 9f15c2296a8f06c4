// What a state would be if tasks that are alike had each other's names: of every value and place, the
// hashes under the renaming. States that are renamings of each other then have one fingerprint, the
// least of all their renamings'.

import { type Access, Flag } from './access.ts';
import type { Cell } from './cell.ts';
import { hashString, hashString2, hashValue, hashValue2, mix, type Value } from './hash.ts';
import { lanesAfter, type Node, rootLabel, rootLanes } from './node.ts';
import { KernelObject } from './object.ts';
import type { Task } from './task.ts';

/** A value that knows what it is under a renaming; its hashes are all that is asked for. */
export interface Renamable {
  renamed(renaming: Renaming): { readonly hash: number; readonly hash2: number };
}

/** Thrown where a value may name tasks in a way that nobody has told of. */
export class NotRenamable extends Error {
  constructor(what: string) {
    super(`${what} does not say what becomes of it when tasks are renamed`);
    this.name = 'NotRenamable';
  }
}

/** One for each lane. */
type Hashes = readonly [number, number];

export class Renaming {
  /** The task that each task is called. */
  readonly tasks: readonly number[];
  private readonly labels: ReadonlyMap<string, string>;
  private readonly pattern: RegExp;
  private readonly blind: boolean;
  private readonly salts = new Map<Cell<Value>, Hashes>();
  private readonly hashes = new Map<Value, Hashes>();
  /** Of values that their cell knows to rename. */
  private readonly told = new WeakMap<object, Hashes>();
  private readonly lanes = new Map<Node, Hashes>();
  digest1 = 0;
  digest2 = 0;

  /** `blind`: to what cells say of their values, which is wrong. */
  constructor(labels: readonly string[], tasks: readonly number[], blind = false) {
    this.tasks = tasks;
    this.blind = blind;
    this.labels = new Map(
      labels.map((label, id) => [label, labels[tasks[id] as number] as string] as const),
    );
    const moved = labels.filter((_, id) => tasks[id] !== id);
    // Only where it says who allocated an object: see Heap.create.
    this.pattern = new RegExp(`\\b(?:${moved.join('|')})(?=\\.\\d+#)`, 'g');
  }

  label(label: string): string {
    return this.labels.get(label) ?? label;
  }

  task(id: number): number {
    return this.tasks[id] ?? id;
  }

  /** A set of tasks as bits. */
  bits(bits: number): number {
    let renamed = 0;
    for (let id = 0; id < 31; id++) if ((bits & (1 << id)) !== 0) renamed |= 1 << this.task(id);
    return renamed;
  }

  hashOf(object: KernelObject): Hashes {
    return this.remember(this.hashes, object, () => {
      const name = object.name.replace(this.pattern, (label) => this.label(label));
      return [hashString(name), hashString2(name)];
    });
  }

  /** Follows a write of a cell. */
  note(cell: Cell<Value>, before: Value, after: Value): void {
    const [salt1, salt2] = this.saltsOf(cell);
    const [old1, old2] = this.hashesOf(before, cell);
    const [new1, new2] = this.hashesOf(after, cell);
    this.digest1 ^= mix(salt1, old1) ^ mix(salt1, new1);
    this.digest2 ^= mix(salt2, old2) ^ mix(salt2, new2);
  }

  /** A node's part of a state's identity, at which the task stands. */
  lanesOf(node: Node, task: Task): Hashes {
    return this.remember(this.lanes, node, () => {
      const { parent } = node;
      if (parent === null)
        return rootLanes(rootLabel(this.label(task.label), node.opIndex, task.ops[node.opIndex]));
      const [lane1, lane2] = this.lanesOf(parent, task);
      const cell = (parent.access as Access).cell;
      const [hash1, hash2] = this.hashesOf(node.key, seesValue(parent) ? cell : null);
      if (node.merged) throw new NotRenamable('a point at which histories were forgotten');
      return lanesAfter(lane1, lane2, hash1, hash2);
    });
  }

  private saltsOf(cell: Cell<Value>): Hashes {
    return this.remember(this.salts, cell, () => {
      const [hash, hash2] = this.hashOf(cell.object);
      return [mix(hash, hashString(cell.field)), mix(hash2, hashString2(cell.field))];
    });
  }

  private hashesOf(value: Value, cell: Cell<Value> | null): Hashes {
    const own = this.blind ? null : (cell?.renamed ?? null);
    if (own !== null) {
      if (typeof value === 'object' && value !== null)
        return this.remember(this.told, value, () => hashesBy(own(value, this)));
      return hashesBy(own(value, this));
    }
    if (typeof value !== 'object' || value === null) return [hashValue(value), hashValue2(value)];
    if (value instanceof KernelObject) return this.hashOf(value);
    const { renamed } = value as Partial<Renamable>;
    if (renamed === undefined) throw new NotRenamable(`a value of ${cell?.name ?? 'a step'}`);
    return this.remember(this.hashes, value, () => {
      const { hash, hash2 } = renamed.call(value, this);
      return [hash, hash2];
    });
  }

  private remember<K>(
    known: { get(key: K): Hashes | undefined; set(key: K, hashes: Hashes): unknown },
    key: K,
    compute: () => Hashes,
  ): Hashes {
    let pair = known.get(key);
    if (pair === undefined) known.set(key, (pair = compute()));
    return pair;
  }
}

const hashesBy = (value: Value): Hashes => [hashValue(value), hashValue2(value)];

/** The step observed the cell's value itself, not an answer about it. */
const seesValue = ({ access }: Node): boolean =>
  access !== null && (access.flags & Flag.reads) !== 0 && access.outcome === null;

/** Who performs the access matters to the cell, and the cell does not say how. */
export function isPersonal({ cell, apply, outcome, ready }: Access): boolean {
  if (cell.renamed !== null) return false;
  return (apply?.length ?? 0) > 1 || (outcome?.length ?? 0) > 1 || (ready?.length ?? 0) > 1;
}
