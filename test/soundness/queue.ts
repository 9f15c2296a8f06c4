// What busy toys wait for: a queue of kinds of work that daemons take from, a gate, and one token.

import { Access, type Cell, Flag, KernelObject, type Value } from '../../engine/runtime/index.ts';

const lowest = (work: number) => work & -work;
const number = (value: Value) => value as number;

export class Queue extends KernelObject {
  /** A bit for each kind of work: 1, 2, 4. */
  readonly work: Cell<number> = this.cell('work', 0);
  readonly gate: Cell<number> = this.cell('gate', 0);
  readonly tokens: Cell<number> = this.cell('tokens', 1);

  /** Takes the lowest kind there is, and sleeps while there is none. */
  readonly take = new Access(this.work, 'take', Flag.mutates, {
    ready: (work) => work !== 0,
    outcome: (work) => lowest(number(work)),
    apply: (work) => number(work) & ~lowest(number(work)),
    sleeping: (work) => work === 0,
  });
  /** Takes the lowest kind but 1. While there is only that, it waits without being asleep. */
  readonly takeHigh = new Access(this.work, 'take high', Flag.mutates, {
    ready: (work) => number(work) > 1,
    outcome: (work) => lowest(number(work) & ~1),
    apply: (work) => number(work) & ~lowest(number(work) & ~1),
    sleeping: (work) => work === 0,
  });
  private readonly pushes = [1, 2, 4].map(
    (kind) =>
      new Access(this.work, `push ${kind}`, Flag.mutates, {
        apply: (work) => number(work) | kind,
        wakes: true,
      }),
  );
  /** Waits until all is taken. */
  readonly flush = new Access(this.work, 'flush', 0, { ready: (work) => work === 0 });

  readonly open = new Access(this.gate, 'open', Flag.mutates, {
    apply: (gate) => number(gate) + 1,
  });
  readonly close = new Access(this.gate, 'close', Flag.mutates, { apply: () => 0 });
  /** Waits for a gate that was opened an odd number of times: others may shut it again. */
  readonly pass = new Access(this.gate, 'pass', Flag.sleeps, {
    ready: (gate) => number(gate) % 2 === 1,
  });

  readonly down = new Access(this.tokens, 'down', Flag.mutates, {
    ready: (tokens) => number(tokens) > 0,
    apply: (tokens) => number(tokens) - 1,
  });
  readonly tryDown = new Access(this.tokens, 'try down', Flag.mutates, {
    outcome: (tokens) => number(tokens) > 0,
    apply: (tokens) => Math.max(0, number(tokens) - 1),
  });
  readonly up = new Access(this.tokens, 'up', Flag.mutates, {
    apply: (tokens) => number(tokens) + 1,
  });

  get kind(): string {
    return 'queue';
  }

  push(kind: 1 | 2 | 4): Access {
    return this.pushes[kind >> 1] as Access;
  }
}
