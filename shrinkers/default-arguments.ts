// Arguments that a well-made call leaves out. Before the values, so that none is lowered that can
// go altogether.

import type { AnyOp } from '../engine/program.ts';
import { mapOps, opsOf } from './edit.ts';
import {
  listFields,
  listIn,
  mayLeaveOut,
  optionalFields,
  withField,
  withoutField,
} from './fields.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** Leaves out flags, for which there is a default, and the marks of badly made calls. */
export const defaultArguments: Pass = {
  name: 'default arguments',
  run(shrinker) {
    for (const i of opsOf(shrinker.best.program).keys()) {
      for (const field of optionalFields) {
        if (mayLeaveOut(opAt(shrinker, i), field))
          edit(shrinker, i, (op) => withoutField(op, field));
      }
    }
  },
};

/** Drops members of lists (pages of a bitmap, segments of a scatter list), but for the last. */
export const shorterLists: Pass = {
  name: 'shorter lists',
  run(shrinker) {
    for (const i of opsOf(shrinker.best.program).keys()) {
      for (const field of listFields) {
        const list = () => listIn(opAt(shrinker, i), field) ?? [];
        for (let at = list().length - 1; at >= 0 && list().length > 1; at--)
          edit(shrinker, i, (op) => withField(op, field, list().toSpliced(at, 1)));
      }
    }
  },
};

const opAt = (shrinker: Shrinker, i: number) => opsOf(shrinker.best.program)[i] as AnyOp;

function edit(shrinker: Shrinker, i: number, change: (op: AnyOp) => AnyOp): void {
  const { program, moves } = shrinker.best;
  const edited = mapOps(program, (op, at) => (at === i ? change(op) : op));
  shrinker.considerPlainer({ program: edited, moves });
}
