// Edits of a program that carry its run along: every move keeps its meaning under the new numbers.
// Passes decide what to edit; nothing here asks whether the failure survives.

import type { AnyOp, AnyProgram } from '../engine/program.ts';
import type { Candidate, Move } from './run.ts';

/** An operation of a program: `task` is an index in `program.tasks`, or -1 for the setup. */
export interface Place {
  readonly task: number;
  readonly op: number;
}

export function placesOf(program: AnyProgram): Place[] {
  const of = (task: number, ops: readonly AnyOp[]) => ops.map((_, op) => ({ task, op }));
  return [...of(-1, program.setup), ...program.tasks.flatMap((t, i) => of(i, t.ops))];
}

/** All operations, the setup's first: the order of {@link placesOf}. */
export function opsOf(program: AnyProgram): AnyOp[] {
  return [...program.setup, ...program.tasks.flatMap((task) => task.ops)];
}

/** A copy of the program in which every operation has gone through `change`. */
export function mapOps(
  program: AnyProgram,
  change: (op: AnyOp, index: number) => AnyOp,
): AnyProgram {
  let index = 0;
  const each = (op: AnyOp) => change(op, index++);
  const setup = program.setup.map(each);
  const tasks = program.tasks.map((task) => ({ ...task, ops: task.ops.map(each) }));
  return { ...program, setup, tasks };
}

const placeOf = (move: Move): Place | null =>
  move.phase === 'setup'
    ? { task: -1, op: move.op }
    : move.phase === 'main'
      ? { task: move.nth, op: move.op }
      : null;

const samePlace = (a: Place, b: Place) => a.task === b.task && a.op === b.op;

/** The moves under the numbers that `to` gives to their places; those without one are dropped. */
function relocate(moves: readonly Move[], to: (place: Place) => Place | null): Move[] {
  return moves.flatMap((move) => {
    const from = placeOf(move);
    if (from === null) return [move];
    const place = to(from);
    if (place === null) return [];
    const phase = place.task < 0 ? 'setup' : 'main';
    return [{ ...move, phase, nth: Math.max(place.task, 0), op: place.op }];
  });
}

export function dropOps({ program, moves }: Candidate, dropped: readonly Place[]): Candidate {
  const gone = (place: Place) => dropped.some((d) => samePlace(d, place));
  const keep = (task: number, ops: readonly AnyOp[]) => ops.filter((_, op) => !gone({ task, op }));
  const before = ({ task, op }: Place) =>
    dropped.filter((d) => d.task === task && d.op < op).length;
  return {
    program: {
      ...program,
      setup: keep(-1, program.setup),
      tasks: program.tasks.map((task, i) => ({ ...task, ops: keep(i, task.ops) })),
    },
    moves: relocate(moves, (place) =>
      gone(place) ? null : { ...place, op: place.op - before(place) },
    ),
  };
}

export function dropTask({ program, moves }: Candidate, dropped: number): Candidate {
  const renumber = (place: Place) =>
    place.task === dropped ? null : { ...place, task: place.task - (place.task > dropped ? 1 : 0) };
  const tasks = program.tasks.toSpliced(dropped, 1);
  return { program: { ...program, tasks }, moves: relocate(moves, renumber) };
}

/** The operation runs alone, as the last one of the setup. */
export function moveToSetup(candidate: Candidate, place: Place): Candidate {
  const { program, moves } = candidate;
  const op = program.tasks[place.task]?.ops[place.op] as AnyOp;
  const rest = dropOps(candidate, [place]);
  const here = moves.filter((m) => m.phase === 'main' && m.nth === place.task && m.op === place.op);
  const moved = relocate(here, () => ({ task: -1, op: program.setup.length }));
  const isSetup = (move: Move) => move.phase === 'setup';
  return {
    program: { ...rest.program, setup: [...rest.program.setup, op] },
    moves: [...rest.moves.filter(isSetup), ...moved, ...rest.moves.filter((m) => !isSetup(m))],
  };
}

/** Task `b` does its operations as part of task `a`, in the order given by places of the two. */
export function mergeTasks(
  { program, moves }: Candidate,
  a: number,
  b: number,
  order: readonly Place[],
): Candidate {
  const ops = order.map((p) => program.tasks[p.task]?.ops[p.op] as AnyOp);
  const tasks = program.tasks.map((task, i) => (i === a ? { ...task, ops } : task));
  const to = (place: Place): Place => {
    const op = order.findIndex((p) => samePlace(p, place));
    if (op >= 0) return { task: a, op };
    return { ...place, task: place.task - (place.task > b ? 1 : 0) };
  };
  return { program: { ...program, tasks: tasks.toSpliced(b, 1) }, moves: relocate(moves, to) };
}

/** The same program with its tasks in another order: `order[i]` is the task that becomes i. */
export function permuteTasks({ program, moves }: Candidate, order: readonly number[]): Candidate {
  const tasks = order.map((i) => program.tasks[i] as AnyProgram['tasks'][number]);
  const to = (place: Place): Place =>
    place.task < 0 ? place : { ...place, task: order.indexOf(place.task) };
  return { program: { ...program, tasks }, moves: relocate(moves, to) };
}
