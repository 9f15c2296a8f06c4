// Runs the task's plain code for a step that the tree does not know yet, and files what it did.

import { type Access, Flag, type Steps } from './access.ts';
import { checkAnnounced, checkReturn, checkSleep, heldAfter, ordersOf } from './discipline.ts';
import type { World } from './executor.ts';
import { Footprint } from './footprint.ts';
import type { Value } from './hash.ts';
import { type Edge, Node, type Outcome, rootLabel } from './node.ts';
import type { KernelObject } from './object.ts';
import { openStep, step } from './step.ts';
import type { Operation, Parked, Task, TaskSpec } from './task.ts';
import { Violation } from './trip.ts';

/** The root of an operation's tree: its code has run up to the first announcement. */
export function rootOf(world: World, spec: TaskSpec, op: Operation, index: number): Node {
  const label = rootLabel(spec.name, index, op);
  let root = world.roots.get(label);
  if (root === undefined) {
    const watched = world.watchers.map((w) => w.begin(op.label));
    const first = start(op, { label: spec.name, opIndex: index, allocations: 0 });
    const announced = first.steps.next();
    if (announced.done === true) throw new Error(`${label} returned without a step`);
    const footprint = new Footprint(world.roots.size);
    root = Node.root(label, index, announced.value, watched, footprint);
    world.roots.set(label, root);
  }
  return root;
}

function start(op: Operation, allocator: { label: string; opIndex: number; allocations: number }) {
  openStep(null, null, allocator);
  return { steps: op.start() };
}

const nothing: Edge = {
  to: null,
  assigned: false,
  value: null,
  fresh: null,
  result: null,
  watched: [],
  orders: null,
  violation: null,
};

/** Performs the task's code from `task.node` on, after it observed `key`. */
export function learn(world: World, task: Task, key: Value): Edge {
  const node = task.node;
  const parked = positioned(task, node);
  const op = task.ops[node.opIndex] as Operation;
  let edge: Edge;
  try {
    openStep(node.access, key, task);
    const next = parked.steps.next();
    parked.allocations = task.allocations;
    edge = file(world, op, node, key, next);
  } catch (error) {
    task.parked = null;
    if (!(error instanceof Violation)) throw error;
    edge = { ...nothing, violation: error };
  } finally {
    step.access = null;
    step.cell = null;
  }
  if (edge.to === null) task.parked = null;
  else parked.node = edge.to;
  node.add(key, edge, world.heap.growth);
  return edge;
}

function file(
  world: World,
  op: Operation,
  node: Node,
  key: Value,
  next: IteratorResult<Access, Outcome>,
): Edge {
  const access = node.access as Access;
  const { assigned, value, fresh, slept, forgotten, allocator } = step;
  const held = heldAfter(node.held, access);
  const orders = ordersOf(node.held, access);
  if (slept) checkSleep(held, op.label);
  const watched = world.watchers.map((w, i) =>
    w.step(node.watched[i], access, key, assigned ? value : undefined),
  );
  if (next.done === true) {
    checkReturn(held, op.label);
    world.watchers.forEach((w, i) => w.end(watched[i], next.value, op.label));
    return {
      to: null,
      assigned,
      value,
      fresh,
      result: next.value,
      watched,
      orders,
      violation: null,
    };
  }
  checkAnnounced(held, next.value, op.label);
  const to =
    forgotten === null
      ? node.child(key, next.value, held, watched, ownAfter(node, access))
      : node.forgetful(forgotten, key, next.value, allocator?.allocations ?? 0, held, watched);
  return { to, assigned, value, fresh, result: null, watched: [], orders, violation: null };
}

/** The objects that still are the operation's own after a step that has stored no pointer to them. */
function ownAfter({ own }: Node, { cell, flags }: Access): readonly KernelObject[] {
  const { assigned, value, fresh } = step;
  const stored = assigned ? value : cell.stored;
  const mutates = (flags & Flag.mutates) !== 0;
  // Composite values may hold any pointer.
  if (mutates && typeof stored === 'object' && stored !== null && !own.includes(cell.object))
    return [];
  return fresh === null ? own : [...own, ...fresh];
}

/** The task's generator, standing at `node`: the parked one, or a new one fed the same observations. */
function positioned(task: Task, node: Node): Parked {
  const parked = task.parked;
  if (parked !== null && parked.node === node) {
    task.opIndex = node.opIndex;
    task.allocations = parked.allocations;
    return parked;
  }
  const path: Node[] = [];
  for (let at = node; at.parent !== null; at = at.parent) path.push(at);
  task.opIndex = node.opIndex;
  task.allocations = 0;
  openStep(null, null, task);
  const steps: Steps<Outcome> = (task.ops[node.opIndex] as Operation).start();
  steps.next();
  for (let i = path.length - 1; i >= 0; i--) {
    const at = path[i] as Node;
    openStep((at.parent as Node).access, at.key, task);
    steps.next();
  }
  const fresh = { steps, node, allocations: task.allocations };
  task.parked = fresh;
  return fresh;
}
