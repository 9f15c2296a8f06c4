// The memory of what plain code does. A deterministic operation's next step is a function of what it
// has observed since it began; so each operation is a tree: a node is a history of observations, an
// edge the one step that follows an observation. Code runs once for each edge; afterwards the tree
// answers, and going back to an earlier point costs nothing.

import type { Access } from './access.ts';
import { type Held, sameLocks } from './discipline.ts';
import type { Footprint, Growth, Point } from './footprint.ts';
import { hashString, hashString2, hashValue, hashValue2, mix, type Value } from './hash.ts';
import type { KernelObject } from './object.ts';
import type { Violation } from './trip.ts';

/** What an operation returned and wrote back. */
export interface Outcome {
  readonly ret: number;
  readonly out?: Readonly<Record<string, number>>;
}

/** What one step does, besides the part that the access itself describes. */
export interface Edge {
  /** The next node; null when the operation ends here. */
  readonly to: Node | null;
  readonly assigned: boolean;
  readonly value: Value;
  readonly fresh: readonly KernelObject[] | null;
  readonly result: Outcome | null;
  /** The watchers' last states, where the operation ends. */
  readonly watched: readonly unknown[];
  /** Lock classes taken in this step, each after one held: `held>taken`. */
  readonly orders: readonly string[] | null;
  /** Raised each time the step is taken. */
  readonly violation: Violation | null;
}

type Lanes = readonly [number, number];

/** The name of an operation's tree; the program is over where there is none. */
export function rootLabel(task: string, index: number, op?: { readonly label: string }): string {
  return op === undefined ? `${task} done` : `${task}.${index} ${op.label}`;
}

export function rootLanes(label: string): Lanes {
  return [mix(hashString(label), 0x51ed), mix(hashString2(label), 0x51ed)];
}

/** The lanes of a child, by the hashes of what the step to it observed. */
export function lanesAfter(lane1: number, lane2: number, hash1: number, hash2: number): Lanes {
  return [mix(lane1, hash1), mix(lane2, hash2)];
}

export class Node {
  /** The announced access; null when the task has finished its program. */
  readonly access: Access | null;
  readonly opIndex: number;
  /** Steps since the operation began. */
  readonly depth: number;
  readonly parent: Node | null;
  /** What the step from the parent observed. */
  readonly key: Value;
  /** This node's part of the two lanes of a state's identity. */
  readonly lane1: number;
  readonly lane2: number;
  /** Locks held here. */
  readonly held: readonly Held[];
  /** States of the watchers that follow this operation, in their order. */
  readonly watched: readonly unknown[];
  /** What the operation may touch, in any of its histories known so far. */
  readonly footprint: Footprint;
  /** Where in its code the operation is here; null where it has no access. */
  readonly point: Point | null;
  /** Objects allocated by the operation that nobody else can reach yet. */
  readonly own: readonly KernelObject[];
  /** Several histories, made one by forget(). */
  merged = false;
  private readonly forgotten: { label: string; allocations: number; node: Node }[] = [];
  private readonly keys: Value[] = [];
  private readonly edges: Edge[] = [];

  private constructor(
    access: Access | null,
    opIndex: number,
    parent: Node | null,
    key: Value,
    lane1: number,
    lane2: number,
    held: readonly Held[],
    watched: readonly unknown[],
    footprint: Footprint,
    own: readonly KernelObject[],
  ) {
    this.access = access;
    this.opIndex = opIndex;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.parent = parent;
    this.key = key;
    this.lane1 = lane1;
    this.lane2 = lane2;
    this.held = held;
    this.watched = watched;
    this.footprint = footprint;
    this.own = own;
    this.point =
      access === null ? null : footprint.at(access, held, own.includes(access.cell.object));
  }

  /** The node before an operation's first step (`access` null: the program is over). */
  static root(
    label: string,
    opIndex: number,
    access: Access | null,
    watched: readonly unknown[],
    footprint: Footprint,
  ) {
    const [lane1, lane2] = rootLanes(label);
    return new Node(access, opIndex, null, null, lane1, lane2, [], watched, footprint, []);
  }

  child(
    key: Value,
    access: Access,
    held: readonly Held[],
    watched: readonly unknown[],
    own: readonly KernelObject[],
  ): Node {
    const [hash1, hash2] = [hashValue(key), hashValue2(key)];
    const [lane1, lane2] = lanesAfter(this.lane1, this.lane2, hash1, hash2);
    const { opIndex, footprint } = this;
    return new Node(access, opIndex, this, key, lane1, lane2, held, watched, footprint, own);
  }

  /**
   * The one node of all histories that forgot what they read at the point `label` and agree in what
   * still matters: the announced access, the number of objects allocated (later ones are named by
   * it), the locks held and what the watchers know.
   */
  forgetful(
    label: string,
    key: Value,
    access: Access,
    allocations: number,
    held: readonly Held[],
    watched: readonly unknown[],
  ): Node {
    let root = this.parent ?? this;
    while (root.parent !== null) root = root.parent;
    const twin = root.forgotten.find(
      (f) =>
        f.label === label &&
        f.allocations === allocations &&
        f.node.access === access &&
        sameLocks(f.node.held, held) &&
        f.node.watched.every((w, i) => w === watched[i]),
    );
    if (twin !== undefined) return twin.node;
    const number = root.forgotten.length + 1;
    const lane1 = mix(root.lane1, mix(hashString(label), number));
    const lane2 = mix(root.lane2, mix(hashString2(label), number));
    const { opIndex, footprint } = this;
    // Its histories may differ in what they own: here, they own nothing.
    const node = new Node(access, opIndex, this, key, lane1, lane2, held, watched, footprint, []);
    node.merged = true;
    root.forgotten.push({ label, allocations, node });
    return node;
  }

  /** Some step from here has been taken. */
  get known(): boolean {
    return this.edges.length > 0;
  }

  find(key: Value): Edge | undefined {
    const keys = this.keys;
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return this.edges[i];
    return undefined;
  }

  add(key: Value, edge: Edge, growth: Growth): void {
    this.keys.push(key);
    this.edges.push(edge);
    if (edge.to === null) return;
    if (this.footprint.note(this.point as Point, edge.to.point as Point)) growth.count++;
    if (edge.to.depth > this.depth || growth.cyclic) return;
    growth.cyclic = true;
    growth.count++;
  }
}
