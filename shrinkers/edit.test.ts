// Edits carry the run along: moves keep their meaning under the new numbers.

import { expect, test } from 'vitest';
import type { AnyProgram } from '../engine/program.ts';
import { plain, toyProgram } from '../test/toys/program.ts';
import { interrupted, blocksOf, pull, push, remainder, resumption } from './blocks.ts';
import { dropOps, dropTask, mergeTasks, moveToSetup, permuteTasks } from './edit.ts';
import type { Candidate, Move } from './run.ts';

const [a, b, c, d] = (['info', 'enable', 'disable', 'close'] as const).map(plain) as [
  ReturnType<typeof plain>,
  ReturnType<typeof plain>,
  ReturnType<typeof plain>,
  ReturnType<typeof plain>,
];

/** `s0` is operation 0 of the setup, `21` operation 1 of task 2, `e0` of the exit task. */
function movesOf(text: string): Move[] {
  return text.split(' ').map((word) => {
    const [who, op] = word.split('') as [string, string];
    const phase = who === 's' ? 'setup' : who === 'e' ? 'exit' : 'main';
    const nth = phase === 'main' ? Number(who) : 0;
    return { phase, nth, op: Number(op), asked: null, choice: 0 };
  });
}

const textOf = (moves: readonly Move[]) =>
  moves.map((m) => `${m.phase === 'main' ? m.nth : m.phase[0]}${m.op}`).join(' ');

const namesOf = ({ setup, tasks }: AnyProgram) =>
  [setup, ...tasks.map((t) => t.ops)].map((ops) => ops.map((op) => op.op).join(' ')).join(' | ');

const both = ({ program, moves }: Candidate) => `${namesOf(program)}: ${textOf(moves)}`;

const candidate: Candidate = {
  program: toyProgram(
    [
      [a, b],
      [c, d],
      [d, a],
    ],
    [b],
  ),
  moves: movesOf('s0 00 10 20 01 11 21 e0'),
};

test('dropping renumbers what follows, in the program and in the run', () => {
  expect(both(dropTask(candidate, 1))).toBe('enable | info enable | close info: s0 00 10 01 11 e0');
  const two = [
    { task: 0, op: 0 },
    { task: -1, op: 0 },
  ];
  expect(both(dropOps(candidate, two))).toBe(
    ' | enable | disable close | close info: 10 20 00 11 21 e0',
  );
});

test('an operation that moves to the setup runs at its end', () => {
  expect(both(moveToSetup(candidate, { task: 1, op: 0 }))).toBe(
    'enable disable | info enable | close | close info: s0 s1 00 20 01 10 21 e0',
  );
});

test('merged tasks keep the order asked for, and later tasks move up', () => {
  const order = [
    { task: 1, op: 0 },
    { task: 0, op: 0 },
    { task: 0, op: 1 },
    { task: 1, op: 1 },
  ];
  expect(both(mergeTasks(candidate, 0, 1, order))).toBe(
    'enable | disable info enable close | close info: s0 01 00 10 02 03 11 e0',
  );
});

test('permuted tasks take their moves along', () => {
  expect(both(permuteTasks(candidate, [2, 0, 1]))).toBe(
    'enable | close info | info enable | disable close: s0 10 20 00 11 21 01 e0',
  );
});

test('blocks: the rest of an operation is made earlier, its beginning later', () => {
  const blocks = blocksOf(movesOf('00 01 01 10 10 01 01 02 11'));
  expect(blocks.map((block) => block.moves.length)).toEqual([3, 2, 3, 1]);
  expect([resumption(blocks, 0), resumption(blocks, 1), resumption(blocks, 2)]).toEqual([2, 3, -1]);
  expect(remainder(blocks[0]!, blocks[2]!)).toBe(2);
  expect(interrupted(blocks[0]!, blocks[2]!)).toBe(2);
  expect(textOf(pull(blocks, 2, 0, 2))).toBe('00 01 01 01 01 10 10 02 11');
  expect(textOf(push(blocks, 0, 2, 2))).toBe('00 10 10 01 01 01 01 02 11');
});
