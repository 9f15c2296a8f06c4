// CON-103 on machines that can be worked out by hand: two cells and operations that copy one into the
// other in two steps.

import { describe, expect, test } from 'vitest';
import { Heap, Violation } from '../../engine/runtime/index.ts';
import { type InFlight, type Machines, RefinementOf } from '../configurations.ts';
import { AtomicityJudge, type Look } from './judge.ts';

interface Cells {
  readonly key: string;
  readonly cells: readonly number[];
}

interface Copy {
  readonly op: string;
  readonly from: number;
  readonly to: number;
}

/** `held`: what was read. */
interface Copying extends InFlight<number> {
  readonly op: Copy;
  readonly held: number | null;
}

const cells = (...values: readonly number[]): Cells => ({ key: values.join(), cells: values });

const begin = (op: Copy): Copying => ({ op, held: null, done: null, fault: null, key: op.op });

/** Reads, then writes; returns what was in the way. */
const machines: Machines<Cells, Copying, number> = {
  explains: (done, { ret }) => done === ret,
  advance: (state, pending) => {
    const { op, held } = pending;
    if (held === null) {
      const read = state.cells[op.from] as number;
      return [{ state, pending: { ...pending, held: read, key: `${op.op} holds ${read}` } }];
    }
    const done = state.cells[op.to] as number;
    const next = cells(...state.cells.with(op.to, held));
    return [{ state: next, pending: { ...pending, done, key: `${op.op} done ${done}` } }];
  },
};

const left = { op: 'left', from: 1, to: 0 };
const right = { op: 'right', from: 0, to: 1 };
const calls = [left, right].map((op, task) => ({ id: task, task, pending: begin(op) }));
const [one, two] = calls as [(typeof calls)[0], (typeof calls)[0]];

function judge(...whole: readonly Copy[]) {
  const start = { machines, state: cells(1, 2), tasks: 2 };
  return new AtomicityJudge(new Heap(), start, new Set(whole), {
    returned: ({ pending, result }) => `${pending.op.op} returned ${result.ret}`,
    key: ({ pending }) => pending.op.op,
    possible: String,
  });
}

const sees = (...values: readonly number[]) => {
  const { key } = cells(...values);
  const difference = (state: Cells) => ({ key: 'cells', text: `${key} is not ${state.key}` });
  return (): Look<Cells> => ({ text: key, agrees: (state) => state.key === key, difference });
};

function violationOf(act: () => void): Violation | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
}

/** Both run side by side, return these, and leave these cells. */
function verdict(whole: readonly Copy[], rets: readonly [number, number], seen: readonly number[]) {
  const judged = judge(...whole);
  judged.begin(one);
  judged.begin(two);
  judged.end(one, { ret: rets[0] }, '');
  judged.end(two, { ret: rets[1] }, '');
  return violationOf(() => judged.settle(sees(...seen)));
}

describe('two copies side by side', () => {
  test('one after the other', () => {
    expect(verdict([left, right], [1, 2], [2, 2])).toBeNull();
    expect(verdict([left, right], [1, 2], [1, 1])).toBeNull();
  });

  test('cells that are exchanged are what no order leads to, and the small steps do', () => {
    expect(verdict([], [1, 2], [2, 1])).toBeNull();
    const found = verdict([left, right], [1, 2], [2, 1]);
    expect(found?.property).toBe('CON-103');
    expect(found?.key).toBe('state cells');
    expect(found?.message).toMatch(/^with left and right as one step each, 2,1 is not (1,1|2,2)$/);
  });

  test('one of them in parts is enough', () => {
    expect(verdict([left], [1, 2], [2, 1])).toBeNull();
  });

  test('a result that no order gives is told when all is quiet, and what follows changes nothing', () => {
    const judged = judge(left, right);
    judged.begin(one);
    judged.end(one, { ret: 7 }, '');
    judged.begin(two);
    judged.end(two, { ret: 9 }, '');
    const found = violationOf(() => judged.settle(sees(9, 9)));
    expect([found?.property, found?.key, found?.message]).toEqual([
      'CON-103',
      'left',
      'left returned 7; with left and right as one step each, the machines allow 1',
    ]);
  });

  test('an order that does not lead to what is seen is dropped', () => {
    const judged = judge(left, right);
    judged.begin(one);
    judged.begin(two);
    judged.end(one, { ret: 1 }, '');
    judged.end(two, { ret: 2 }, '');
    judged.settle(sees(1, 1));
    // From 1, 1 on: had the other order been kept, 2 would be possible.
    judged.begin(one);
    judged.end(one, { ret: 2 }, '');
    expect(violationOf(() => judged.settle(sees(1, 1)))?.message).toMatch(/the machines allow 1$/);
  });
});

test('a refusal that was not met explains nothing', () => {
  const judged = judge(left);
  judged.begin(one);
  judged.end(one, { ret: 1 }, 'kzalloc');
  expect(violationOf(() => judged.settle(sees(2, 2)))?.key).toBe('left');
});

test('the small steps are those of the refinement', () => {
  const refinement = new RefinementOf(machines);
  const both = refinement.begin(refinement.begin(refinement.initial(cells(1, 2), 2), one), two);
  expect(new Set(refinement.results(both, 0))).toEqual(new Set([1]));
});
