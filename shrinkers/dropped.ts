// What turned out not to matter, in words: the difference between the run that was found and the one
// that is left.

import type { AnyProgram } from '../engine/program.ts';
import { opsOf } from './edit.ts';
import { refusalsOf } from './size.ts';
import type { Run } from './run.ts';
import { listOf } from './topology.ts';

export function droppedBetween(from: Run, to: Run): string[] {
  const lines = [...droppedKinds(from.program, to.program), ...droppedObjects(from, to)];
  if (refusalsOf(from.moves) > 0 && refusalsOf(to.moves) === 0)
    lines.push('nothing needs to be refused');
  if (from.preemptions > 0 && to.preemptions === 0) lines.push('no preemption is needed');
  if (from.program.tasks.length > 1 && to.program.tasks.length === 1)
    lines.push('one task is enough');
  return lines;
}

function droppedKinds(from: AnyProgram, to: AnyProgram): string[] {
  const left = kindsOf(to);
  const gone = [...kindsOf(from)].filter((kind) => !left.has(kind)).sort();
  return gone.length === 0 ? [] : [`operations: ${gone.join(', ')}`];
}

function kindsOf(program: AnyProgram): Set<string> {
  return new Set(opsOf(program).map((op) => op.op));
}

const kinds = ['containers', 'kvms', 'groups', 'devices', 'iommus', 'processes'] as const;

function droppedObjects({ program: from }: Run, { program: to }: Run): string[] {
  return kinds.flatMap((kind) => {
    const before = listOf(from, kind).length;
    const after = listOf(to, kind).length;
    return before === after ? [] : [`${kind}: ${after} instead of ${before}`];
  });
}
