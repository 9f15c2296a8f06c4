// Sizes and addresses. Near the end of the order: a reader compares values with each other
// more than he reads them, so equal values stay equal where they can.

import type { Op, Program } from '../engine/vfio/vocabulary.ts';
import { mapOps, opsOf } from './edit.ts';
import { lowest } from './find-integer.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** Numbers that a pass may lower, and the unit they are counted in. */
const fields = {
  size: 'page',
  va: 'page',
  iova: 'page',
  start: 'page',
  windowSize: 'page',
  pageShift: 'one',
  levels: 'one',
  extension: 'one',
  flags: 'one',
} as const;

type Field = keyof typeof fields;

/** Lowers each value wherever it occurs, so that a map and its unmap go on naming one address. */
export const smallerValues: Pass = {
  name: 'smaller values',
  run(shrinker) {
    for (const field of Object.keys(fields) as Field[]) {
      const { unit, floor } = scaleOf(shrinker, field);
      for (const value of valuesOf(shrinker.best.program, field)) {
        lowest(
          value,
          floor,
          unit,
          replacing(shrinker, value, (op, from, to) =>
            numberIn(op, field) === from ? { ...op, [field]: to } : op,
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
      for (const field of Object.keys(fields) as Field[]) {
        const value = numberIn(opsOf(shrinker.best.program)[i] as Op, field);
        if (value === undefined) continue;
        const { unit, floor } = scaleOf(shrinker, field);
        lowest(value, floor, unit, (to) => {
          const { program, moves } = shrinker.best;
          const edited = mapOps(program, (op, at) => (at === i ? { ...op, [field]: to } : op));
          return shrinker.considerPlainer({ program: edited, moves });
        });
      }
    }
  },
};

/** In which steps a field is lowered, and how far: no lower than a well-made call goes. */
function scaleOf(shrinker: Shrinker, field: Field): { unit: number; floor: number } {
  const { pageShift } = shrinker.best.program.topology.geometry;
  const unit = fields[field] === 'page' ? 2 ** pageShift : 1;
  if (field === 'pageShift') return { unit, floor: pageShift };
  const isCount = field === 'size' || field === 'windowSize' || field === 'levels';
  return { unit, floor: isCount ? unit : 0 };
}

function numberIn(op: Op, field: Field): number | undefined {
  return (op as Partial<Record<Field, number>>)[field];
}

/** The distinct values of a field, largest first: lowering a small one must not meet a large one. */
function valuesOf(program: Program, field: Field): number[] {
  const values = opsOf(program).flatMap((op) => numberIn(op, field) ?? []);
  return [...new Set(values)].sort((a, b) => b - a);
}

function replacing(
  shrinker: Shrinker,
  value: number,
  change: (op: Op, from: number, to: number) => Op,
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
