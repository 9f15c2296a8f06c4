// Addresses that must keep their distances: a mapping inside a registered region inside a VMA. Such
// a family is moved as a whole, which no lowering of one value can do. Before the single values,
// which then have little left to do.

import type { AnyOp, AnyProgram } from '../engine/program.ts';
import { mapOps, opsOf } from './edit.ts';
import { numberIn, withField } from './fields.ts';
import { lowest } from './find-integer.ts';
import type { Pass, Shrinker } from './shrinker.ts';
import { type AnyVma, listOf, pageShiftOf, vmasOf, withVmas } from './topology.ts';

/** The kernel maps nothing below; 0 in a userspace view means that there is no address. */
const mmapMinAddr = 0x10000;

/** Moves every VMA with all that lies in it, then all iovas together, towards 0; then crops VMAs. */
export const lowerAddresses: Pass = {
  name: 'lower addresses',
  run(shrinker) {
    const page = 2 ** pageShiftOf(shrinker.best.program);
    listOf(shrinker.best.program, 'processes').forEach((_, p) => {
      const vmas = vmasOf(shrinker.best.program, p);
      vmas.forEach((_, v) => moveVma(shrinker, p, v, page));
      vmas.forEach((_, v) => cropVma(shrinker, p, v, page));
    });
    moveIovas(shrinker, page);
  },
};

const vmaAt = (program: AnyProgram, p: number, v: number) => vmasOf(program, p)[v] as AnyVma;

function withVma(program: AnyProgram, p: number, v: number, vma: AnyVma): AnyProgram {
  return withVmas(program, p, vmasOf(program, p).with(v, vma));
}

function moveVma(shrinker: Shrinker, p: number, v: number, page: number): void {
  const { start: from, pageShift = 0 } = vmaAt(shrinker.best.program, p, v);
  const aligned = Math.max(page, 2 ** pageShift);
  lowest(from, Math.min(from, mmapMinAddr), aligned, (start) => {
    const { program, moves } = shrinker.best;
    const vma = vmaAt(program, p, v);
    const distance = vma.start - start;
    const move = (op: AnyOp): AnyOp => {
      const va = numberIn(op, 'va');
      const inside = va !== undefined && va >= vma.start && va < vma.end;
      return inside ? withField(op, 'va', va - distance) : op;
    };
    const moved = { ...vma, start, end: vma.end - distance };
    if (overlaps(program, p, v, moved)) return false;
    return shrinker.considerPlainer({
      program: withVma(mapOps(program, move), p, v, moved),
      moves,
    });
  });
}

function overlaps(program: AnyProgram, p: number, v: number, vma: AnyVma): boolean {
  const vmas = vmasOf(program, p);
  return vmas.some((other, i) => i !== v && vma.start < other.end && other.start < vma.end);
}

/** Ends a VMA as early as the failure allows, and backs it by smaller pages. */
function cropVma(shrinker: Shrinker, p: number, v: number, page: number): void {
  const change = (part: (vma: AnyVma) => Partial<AnyVma>) => {
    const { program, moves } = shrinker.best;
    const vma = vmaAt(program, p, v);
    return shrinker.considerPlainer({
      program: withVma(program, p, v, { ...vma, ...part(vma) }),
      moves,
    });
  };
  const { start, end, pageShift } = vmaAt(shrinker.best.program, p, v);
  const smallest = pageShiftOf(shrinker.best.program);
  if (pageShift !== undefined)
    lowest(pageShift, smallest, 1, (shift) => change(() => ({ pageShift: shift })));
  lowest(end, start + page, page, (lower) => change(() => ({ end: lower })));
}

function moveIovas(shrinker: Shrinker, page: number): void {
  const iovas = (program: AnyProgram) => opsOf(program).flatMap((op) => numberIn(op, 'iova') ?? []);
  const all = iovas(shrinker.best.program);
  if (all.length === 0) return;
  lowest(Math.min(...all), 0, page, (to) => {
    const { program, moves } = shrinker.best;
    const distance = Math.min(...iovas(program)) - to;
    const move = (op: AnyOp): AnyOp => {
      const iova = numberIn(op, 'iova');
      return iova === undefined ? op : withField(op, 'iova', iova - distance);
    };
    return shrinker.considerPlainer({ program: mapOps(program, move), moves });
  });
}
