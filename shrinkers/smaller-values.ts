// Sizes, addresses and flags. Near the end of the order: a reader compares values with each other
// more than he reads them, so equal values stay equal where they can.

import type { Op, Program } from '../engine/vfio/vocabulary.ts';
import { mapOps } from './edit.ts';
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
      const unit = unitOf(shrinker, field);
      const floor = field === 'size' || field === 'windowSize' ? unit : 0;
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
        const unit = unitOf(shrinker, field);
        const floor = field === 'size' || field === 'windowSize' ? unit : 0;
        lowest(value, floor, unit, (to) => {
          let at = -1;
          const { program, moves } = shrinker.best;
          const change = (op: Op) => (++at === i ? ({ ...op, [field]: to } as Op) : op);
          return shrinker.considerPlainer({ program: inPlaceOrder(program, change), moves });
        });
      }
    }
  },
};

/** Leaves out arguments that have a default: flags and the marks of badly made calls. */
export const defaultArguments: Pass = {
  name: 'default arguments',
  run(shrinker) {
    const count = opsOf(shrinker.best.program).length;
    for (let i = 0; i < count; i++) {
      for (const field of ['flags', 'shortArgsz', 'badPointer']) {
        const { program, moves } = shrinker.best;
        if (!(field in (opsOf(program)[i] as Op))) continue;
        let at = -1;
        const change = (op: Op) => (++at === i ? without(op, field) : op);
        shrinker.considerPlainer({ program: inPlaceOrder(program, change), moves });
      }
    }
  },
};

/** Setup first, then the tasks: the order in which operations are counted here. */
const inPlaceOrder = mapOps;

const opsOf = (program: Program): Op[] => [
  ...program.setup,
  ...program.tasks.flatMap((task) => task.ops),
];

function unitOf(shrinker: Shrinker, field: Field): number {
  return fields[field] === 'page' ? 2 ** shrinker.best.program.topology.geometry.pageShift : 1;
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

function without(op: Op, field: string): Op {
  return Object.fromEntries(Object.entries(op).filter(([name]) => name !== field)) as unknown as Op;
}
