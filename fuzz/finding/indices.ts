// Indices in the document of a program: each must name something that its topology has.

import type { AnyOp, AnyProgram, ProgramOf, System } from '../../engine/program.ts';

export type Path = readonly (string | number)[];
export type Report = (path: Path, message: string) => void;
export type IndexCheck = (what: string, index: number, length: number, path: Path) => void;

/** Tasks of a document: with setup, exits and daemons, there can be 31 (Executor). */
export const mostTasks = 24;

export function indexCheck(report: Report): IndexCheck {
  return (what, index, length, path) => {
    if (index < length) return;
    report(path, `there is no ${what} ${index}: the topology has ${length}, numbered from 0`);
  };
}

export function checkTasks(program: AnyProgram, check: IndexCheck): void {
  const { processes } = program.topology as { readonly processes: readonly unknown[] };
  program.tasks.forEach((task, t) =>
    check('process', task.process, processes.length, ['tasks', t, 'process']),
  );
}

/** Every operation of a program, with its place in the document. */
export function operations<O extends AnyOp>(
  program: ProgramOf<System, object, O, string>,
): (readonly [Path, O])[] {
  const of = (path: Path, ops: readonly O[]) => ops.map((op, i) => [[...path, i], op] as const);
  return [
    ...of(['setup'], program.setup),
    ...program.tasks.flatMap((task, t) => of(['tasks', t, 'ops'], task.ops)),
  ];
}
