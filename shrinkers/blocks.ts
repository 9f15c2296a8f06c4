// A schedule as blocks: uninterrupted stretches of one task. Editing a schedule means moving blocks,
// whole or in part; a lenient replay makes a real run of the result.

import type { Move } from './run.ts';

export interface Block {
  /** Equal for blocks of the same task. */
  readonly task: string;
  readonly moves: readonly Move[];
}

export function blocksOf(moves: readonly Move[]): Block[] {
  const blocks: { task: string; moves: Move[] }[] = [];
  for (const move of moves) {
    const task = `${move.phase}${move.nth}`;
    const last = blocks.at(-1);
    if (last !== undefined && last.task === task) last.moves.push(move);
    else blocks.push({ task, moves: [move] });
  }
  return blocks;
}

export function movesOf(blocks: readonly Block[]): Move[] {
  return blocks.flatMap((block) => block.moves);
}

/** The next block of the same task, or -1: between the two, other tasks run. */
export function resumption(blocks: readonly Block[], at: number): number {
  return blocks.findIndex((b, i) => i > at && b.task === blocks[at]?.task);
}

/** How many moves at the end of a block belong to the operation that is interrupted there. */
export function interrupted(first: Block, next: Block): number {
  const op = next.moves[0]?.op;
  const inside = first.moves.findLastIndex((m) => m.op !== op);
  return first.moves.length - 1 - inside;
}

/** How many moves at the start of `next` finish the operation that `first` began. */
export function remainder(first: Block, next: Block): number {
  const op = first.moves.at(-1)?.op;
  const end = next.moves.findIndex((m) => m.op !== op);
  return end < 0 ? next.moves.length : end;
}

/** The first `count` moves of block `from` are made earlier, right after block `to`. */
export function pull(blocks: readonly Block[], from: number, to: number, count: number): Move[] {
  const source = blocks[from] as Block;
  const out = blocks.map((b) => b.moves);
  out[to] = [...(out[to] as readonly Move[]), ...source.moves.slice(0, count)];
  out[from] = source.moves.slice(count);
  return out.flat();
}

/** The last `count` moves of block `from` are made later, right before block `to`. */
export function push(blocks: readonly Block[], from: number, to: number, count: number): Move[] {
  const source = blocks[from] as Block;
  const cut = source.moves.length - count;
  const out = blocks.map((b) => b.moves);
  out[to] = [...source.moves.slice(cut), ...(out[to] as readonly Move[])];
  out[from] = source.moves.slice(0, cut);
  return out.flat();
}
