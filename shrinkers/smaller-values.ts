// Sizes and addresses. Near the end of the order: a reader compares values with each other
// more than he reads them, so equal values stay equal where they can.

import type { AnyOp, AnyProgram } from '../engine/program.ts';
import { mapOps, opsOf } from './edit.ts';
import { fieldsOf, listIn, type NumberField, numberFields, numberIn, withField } from './fields.ts';
import { lowest } from './find-integer.ts';
import type { Pass, Shrinker } from './shrinker.ts';
import { pageShiftOf } from './topology.ts';

/** Numbers that a pass may lower. */
const lowered = fieldsOf('address', 'length', 'number');

/** Lowers each value wherever it occurs, so that a map and its unmap go on naming one address. */
export const smallerValues: Pass = {
  name: 'smaller values',
  run(shrinker) {
    for (const field of lowered) {
      const { unit, floor } = scaleOf(shrinker, field);
      for (const value of valuesOf(shrinker.best.program, field)) {
        lowest(
          value,
          floor,
          unit,
          replacing(shrinker, value, (op, from, to) =>
            numberIn(op, field) === from ? withField(op, field, to) : op,
          ),
        );
      }
    }
  },
};

/** Lowers one operation's value, where not all that were equal can be lowered together. */
export const smallerSingleValues: Pass = {
  name: 'smaller single values',
  run(shrinker) {
    const count = opsOf(shrinker.best.program).length;
    for (let i = 0; i < count; i++) {
      for (const field of lowered) {
        const value = numberIn(opsOf(shrinker.best.program)[i] as AnyOp, field);
        if (value === undefined) continue;
        const { unit, floor } = scaleOf(shrinker, field);
        const edit = (change: (op: AnyOp) => AnyOp) => {
          const { program, moves } = shrinker.best;
          const edited = mapOps(program, (op, at) => (at === i ? change(op) : op));
          return shrinker.considerPlainer({ program: edited, moves });
        };
        lowest(value, floor, unit, (to) => {
          if (field === 'iova' && edit((op) => withBits(op, to, unit))) return true;
          return edit((op) => withField(op, field, to));
        });
      }
    }
  },
};

/** Another iova, and the numbers of the pages there where the operation names pages. */
function withBits(op: AnyOp, iova: number, page: number): AnyOp {
  const bits = listIn(op, 'bits');
  const moved = withField(op, 'iova', iova);
  if (bits === undefined) return moved;
  const distance = ((numberIn(op, 'iova') ?? iova) - iova) / page;
  const lower = bits.map((bit) => (bit as number) - distance);
  return lower.some((bit) => bit < 0) ? moved : withField(moved, 'bits', lower);
}

/** In which steps a field is lowered, and how far: no lower than a well-made call goes. */
function scaleOf(shrinker: Shrinker, field: NumberField): { unit: number; floor: number } {
  const pageShift = pageShiftOf(shrinker.best.program);
  const kind = numberFields[field];
  const unit = kind === 'number' ? 1 : 2 ** pageShift;
  if (field === 'pageShift') return { unit, floor: pageShift };
  const isCount = kind === 'length' || field === 'levels';
  return { unit, floor: isCount ? unit : 0 };
}

/** The distinct values of a field, largest first: lowering a small one must not meet a large one. */
function valuesOf(program: AnyProgram, field: NumberField): number[] {
  const values = opsOf(program).flatMap((op) => numberIn(op, field) ?? []);
  return [...new Set(values)].sort((a, b) => b - a);
}

function replacing(
  shrinker: Shrinker,
  value: number,
  change: (op: AnyOp, from: number, to: number) => AnyOp,
): (to: number) => boolean {
  let from = value;
  return (to) => {
    const { program, moves } = shrinker.best;
    const edited = mapOps(program, (op) => change(op, from, to));
    if (!shrinker.considerPlainer({ program: edited, moves })) return false;
    from = to;
    return true;
  };
}
