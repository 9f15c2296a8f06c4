// What one operation may touch, and from where on, as far as its code is known. A point is an announced
// access with the locks held there; which points follow which is gathered over all histories, as in a
// control flow graph. It grows while the code is learnt; whoever relies on it must look whether it has.

import type { Access } from './access.ts';
import { type Guard, guardsOf } from './dependence.ts';
import { type Held, sameLocks } from './discipline.ts';
import type { KernelObject } from './object.ts';

/** What operations were found to do while their code was learnt. */
export interface Growth {
  /** How often anything was found to lie ahead of a point that was not known to. */
  count: number;
  /** Some operation can come back to an earlier point of its own: states may repeat. */
  cyclic: boolean;
}

/** Where in its code an operation may stand: about to perform an access, holding some locks. */
export class Point {
  readonly footprint: Footprint;
  /** Among the footprint's points, in the order in which they were found. */
  readonly index: number;
  readonly access: Access;
  readonly held: readonly Held[];
  /** The locks without which the access cannot be performed. */
  readonly guards: readonly Guard[];
  /** Of an object that nobody else can reach yet. */
  readonly own: boolean;
  private readonly reached = new Set<Point>([this]);
  /** The points from which this one is reached, itself included. */
  private readonly behind = new Set<Point>([this]);
  private byObject: ReadonlyMap<KernelObject, readonly Point[]> | null = null;
  /** What searches remember about the point. */
  readonly shadow: unknown[] = [];

  constructor(footprint: Footprint, access: Access, held: readonly Held[], own: boolean) {
    this.footprint = footprint;
    this.index = footprint.points.length;
    this.access = access;
    this.held = held;
    this.guards = guardsOf(held, access);
    this.own = own;
  }

  /** The points that some history comes to from here, this one included. */
  get ahead(): ReadonlySet<Point> {
    this.footprint.follow();
    return this.reached;
  }

  /** Some history goes on from here to there; whether that was news. */
  reach(next: Point): boolean {
    const { reached } = this;
    if (reached.has(next)) return false;
    for (const from of this.behind)
      for (const to of next.reached) {
        from.reached.add(to);
        to.behind.add(from);
        from.byObject = null;
      }
    return true;
  }

  /** What others may see done to any cell of an object from here on. */
  of(object: KernelObject): readonly Point[] {
    return (this.byObject ??= shownByObject(this.ahead)).get(object) ?? [];
  }
}

function shownByObject(points: Iterable<Point>): ReadonlyMap<KernelObject, readonly Point[]> {
  const byObject = new Map<KernelObject, Point[]>();
  for (const point of points) {
    if (point.own) continue;
    const { object } = point.access.cell;
    const known = byObject.get(object);
    if (known === undefined) byObject.set(object, [point]);
    else known.push(point);
  }
  return byObject;
}

export class Footprint {
  /** Among all of its world. */
  readonly index: number;
  readonly points: Point[] = [];
  private readonly byAccess = new Map<Access, Point[]>();
  /** Steps between points, until somebody asks what is ahead: then that is kept up to date. */
  private steps: Map<Point, Set<Point>> | null = new Map();

  constructor(index: number) {
    this.index = index;
  }

  /** The one point at which an operation is with this access, holding these locks. */
  at(access: Access, held: readonly Held[], own: boolean): Point {
    const known = this.byAccess.get(access) ?? [];
    const same = known.find((p) => p.own === own && sameLocks(p.held, held));
    if (same !== undefined) return same;
    const point = new Point(this, access, held, own);
    this.points.push(point);
    this.byAccess.set(access, [...known, point]);
    return point;
  }

  /** Some history goes on from one point to the other; whether that may be news. */
  note(from: Point, to: Point): boolean {
    if (this.steps === null) return from.reach(to);
    let next = this.steps.get(from);
    if (next === undefined) this.steps.set(from, (next = new Set()));
    const known = next.size;
    return next.add(to).size > known;
  }

  /** From now on, what is ahead of points is kept up to date. */
  follow(): void {
    const { steps } = this;
    if (steps === null) return;
    this.steps = null;
    for (const [from, next] of steps) for (const to of next) from.reach(to);
  }

  /** Whether some access here and one there, of the same object, are such. */
  meets(other: Footprint, such: (here: Access, there: Access) => boolean): boolean {
    const theirs = shownByObject(other.points);
    for (const [object, mine] of shownByObject(this.points))
      for (const { access: here } of mine)
        for (const { access: there } of theirs.get(object) ?? [])
          if (such(here, there)) return true;
    return false;
  }

  /** Everything that others may see. */
  *accesses(): Generator<Access> {
    for (const { access, own } of this.points) if (!own) yield access;
  }
}
