// The topology: containers, groups, processes and VMAs that the failure does not need. After the
// operations, whose references decide what is needed, and with the schedule kept as it is.

import type { Op, Program, Topology } from '../engine/vfio/vocabulary.ts';
import { mapOps, opsOf } from './edit.ts';
import type { Pass, Shrinker } from './shrinker.ts';

type Objects = 'containers' | 'groups' | 'processes';

/** Tries to do without each object: another of its kind stands in wherever it is named. */
export const fewerObjects: Pass = {
  name: 'fewer objects',
  run(shrinker) {
    for (const kind of ['containers', 'groups', 'processes'] as const) {
      for (let i = shrinker.best.program.topology[kind].length - 1; i >= 0; i--)
        dropObject(shrinker, kind, i);
    }
    shrinker.best.program.topology.processes.forEach((_, p) => dropVmas(shrinker, p));
  },
};

/** Without the object at `dropped`; operations that name it are about a lower one, if any, instead. */
function dropObject(shrinker: Shrinker, kind: Objects, dropped: number): void {
  const { program, moves } = shrinker.best;
  const substitutes = isNamed(program, kind, dropped)
    ? program.topology[kind].map((_, i) => i).filter((i) => i !== dropped)
    : [0];
  for (const substitute of substitutes) {
    const to = (i: number) => {
      const kept = i === dropped ? substitute : i;
      return kept > dropped ? kept - 1 : kept;
    };
    const edited = renumber(without(program, kind, dropped), kind, to);
    if (shrinker.considerPlainer({ program: edited, moves })) return;
  }
}

function without(program: Program, kind: Objects, dropped: number): Program {
  const { topology } = program;
  const objects = topology[kind] as readonly unknown[];
  const smaller = { ...topology, [kind]: objects.toSpliced(dropped, 1) } as Topology;
  return { ...program, topology: smaller };
}

function isNamed(program: Program, kind: Objects, i: number): boolean {
  const ops = opsOf(program);
  if (kind === 'containers') return ops.some((op) => op.container === i);
  if (kind === 'groups') return ops.some((op) => 'group' in op && op.group === i);
  const { containers } = program.topology;
  return [...containers, ...program.tasks].some((user) => user.process === i);
}

function renumber(program: Program, kind: Objects, to: (i: number) => number): Program {
  if (kind === 'containers')
    return mapOps(program, (op) => ({ ...op, container: to(op.container) }));
  if (kind === 'groups')
    return mapOps(program, (op): Op => ('group' in op ? { ...op, group: to(op.group) } : op));
  const process = <T extends { readonly process: number }>(user: T): T => ({
    ...user,
    process: to(user.process),
  });
  const { topology, tasks } = program;
  const containers = topology.containers.map(process);
  return { ...program, topology: { ...topology, containers }, tasks: tasks.map(process) };
}

function dropVmas(shrinker: Shrinker, p: number): void {
  const vmas = () => shrinker.best.program.topology.processes[p]?.vmas ?? [];
  for (let i = vmas().length - 1; i >= 0; i--) {
    const { program, moves } = shrinker.best;
    const processes = program.topology.processes.map((process, at) =>
      at === p ? { ...process, vmas: process.vmas.toSpliced(i, 1) } : process,
    );
    const topology = { ...program.topology, processes };
    shrinker.considerPlainer({ program: { ...program, topology }, moves });
  }
}
