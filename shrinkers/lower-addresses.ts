// Addresses that must keep their distances: a mapping inside a registered region inside a VMA. Such
// a family is moved as a whole, which no lowering of one value can do. Before the single values,
// which then have little left to do.

import type { Op, Program, Vma } from '../engine/vfio/vocabulary.ts';
import { mapOps, opsOf } from './edit.ts';
import { lowest } from './find-integer.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** The kernel maps nothing below; 0 in a userspace view means that there is no address. */
const mmapMinAddr = 0x10000;

/** Moves every VMA with all that lies in it, then all iovas together, towards 0; then crops VMAs. */
export const lowerAddresses: Pass = {
  name: 'lower addresses',
  run(shrinker) {
    const page = 2 ** shrinker.best.program.topology.geometry.pageShift;
    shrinker.best.program.topology.processes.forEach((process, p) => {
      process.vmas.forEach((_, v) => moveVma(shrinker, p, v, page));
      process.vmas.forEach((_, v) => cropVma(shrinker, p, v, page));
    });
    moveIovas(shrinker, page);
  },
};

function vmaAt(program: Program, p: number, v: number): Vma {
  return program.topology.processes[p]?.vmas[v] as Vma;
}

function withVma(program: Program, p: number, v: number, vma: Vma): Program {
  const { topology } = program;
  const process = topology.processes[p] as Program['topology']['processes'][number];
  const moved = { ...process, vmas: process.vmas.with(v, vma) };
  const processes = topology.processes.with(p, moved);
  return { ...program, topology: { ...topology, processes } };
}

function moveVma(shrinker: Shrinker, p: number, v: number, page: number): void {
  const aligned = Math.max(page, 2 ** vmaAt(shrinker.best.program, p, v).pageShift);
  const { start: from } = vmaAt(shrinker.best.program, p, v);
  lowest(from, Math.min(from, mmapMinAddr), aligned, (start) => {
    const { program, moves } = shrinker.best;
    const vma = vmaAt(program, p, v);
    const distance = vma.start - start;
    const move = (op: Op): Op =>
      'va' in op && op.va >= vma.start && op.va < vma.end ? { ...op, va: op.va - distance } : op;
    const moved = { ...vma, start, end: vma.end - distance };
    if (overlaps(program, p, v, moved)) return false;
    return shrinker.considerPlainer({
      program: withVma(mapOps(program, move), p, v, moved),
      moves,
    });
  });
}

function overlaps(program: Program, p: number, v: number, vma: Vma): boolean {
  const { vmas } = program.topology.processes[p] as { vmas: readonly Vma[] };
  return vmas.some((other, i) => i !== v && vma.start < other.end && other.start < vma.end);
}

/** Ends a VMA as early as the failure allows, and backs it by smaller pages. */
function cropVma(shrinker: Shrinker, p: number, v: number, page: number): void {
  const change = (part: (vma: Vma) => Partial<Vma>) => {
    const { program, moves } = shrinker.best;
    const vma = vmaAt(program, p, v);
    return shrinker.considerPlainer({
      program: withVma(program, p, v, { ...vma, ...part(vma) }),
      moves,
    });
  };
  const { start, end, pageShift } = vmaAt(shrinker.best.program, p, v);
  const smallest = shrinker.best.program.topology.geometry.pageShift;
  lowest(pageShift, smallest, 1, (shift) => change(() => ({ pageShift: shift })));
  lowest(end, start + page, page, (lower) => change(() => ({ end: lower })));
}

function moveIovas(shrinker: Shrinker, page: number): void {
  const iovas = (program: Program) =>
    opsOf(program).flatMap((op) => ('iova' in op ? [op.iova] : []));
  const all = iovas(shrinker.best.program);
  if (all.length === 0) return;
  lowest(Math.min(...all), 0, page, (to) => {
    const { program, moves } = shrinker.best;
    const distance = Math.min(...iovas(program)) - to;
    const move = (op: Op): Op => ('iova' in op ? { ...op, iova: op.iova - distance } : op);
    return shrinker.considerPlainer({ program: mapOps(program, move), moves });
  });
}
