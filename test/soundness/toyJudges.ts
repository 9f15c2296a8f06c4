// Judges of random toys: each remembers something of the order in which operations begin and end, and of
// nothing being in flight, as the judges of the engine do.

import {
  type Birth,
  type Cell,
  type Executor,
  type Heap,
  KernelObject,
  type Listener,
  type Task,
  Violation,
} from '../../engine/runtime/index.ts';

/**
 * Not at all; by the order in which operations end; by what is there then, too; by which operations
 * had ended before which others began, objecting to some.
 */
export const judges = ['not', 'order', 'looks', 'intervals', 'strict'] as const;

export type JudgeName = (typeof judges)[number];

/** A judge that remembers something of nothing being in flight. */
export interface ToyJudge extends Listener {
  rest(): void;
}

/** What a judge may ask of a toy. */
export interface Judged {
  readonly executor: Executor;
  /** Nothing is left for daemons to do. */
  idle(): boolean;
  /** At which operations a judge that looks does so. */
  looks(task: Task, opIndex: number): boolean;
  /** What it sees then. */
  sight(): string;
  /** Beginnings after ends, as `T1.0<T0.0`, to which a strict judge objects. */
  readonly objectionable: RegExp;
}

export function judgeOf(heap: Heap, name: JudgeName, judged: Judged): ToyJudge | null {
  if (name === 'not') return null;
  if (name === 'order' || name === 'looks')
    return heap.boot(Notes, 'notes', judged, name === 'looks');
  return heap.boot(Intervals, 'intervals', judged, name === 'strict');
}

/** Remembers in which order operations ended, and what was to be seen then. */
class Notes extends KernelObject implements ToyJudge {
  private readonly last: Cell<string> = this.cell('last', '');
  private readonly seen: Cell<string> = this.cell('seen', '');
  private readonly unrest: Cell<boolean> = this.cell('unrest', false);
  private readonly judged: Judged;
  private readonly mayLook: boolean;

  constructor(birth: Birth, judged: Judged, mayLook: boolean) {
    super(birth);
    this.judged = judged;
    this.mayLook = mayLook;
    this.last.renamed = (label, r) => r.label(label as string);
  }

  get kind(): string {
    return 'notes';
  }

  readonly renames = true;

  /** Nothing is in flight: remembers for good whether there was work left. */
  rest(): void {
    if (!this.judged.idle()) this.judged.executor.heap.store(this.unrest, true);
  }

  looks(task: Task, opIndex: number): boolean {
    return this.mayLook && task.phase === 'main' && this.judged.looks(task, opIndex);
  }

  onBegin(task: Task): void {
    if (this.looks(task, task.node.opIndex)) this.look();
  }

  onEnd(task: Task, _: unknown, opIndex: number): void {
    this.judged.executor.heap.store(this.last, task.label);
    if (this.looks(task, opIndex)) this.look();
  }

  private look(): void {
    this.judged.executor.heap.store(this.seen, this.judged.sight());
  }
}

/** Remembers which operations had ended, and whether work was seen to be left, when others began. */
class Intervals extends KernelObject implements ToyJudge {
  private readonly ended: Cell<string> = this.cell('ended', '');
  private readonly before: Cell<string> = this.cell('before', '');
  private readonly judged: Judged;
  private readonly strict: boolean;

  constructor(birth: Birth, judged: Judged, strict: boolean) {
    super(birth);
    this.judged = judged;
    this.strict = strict;
  }

  get kind(): string {
    return 'notes';
  }

  readonly intervals = true;

  rest(): void {
    if (!this.judged.idle()) this.note(this.ended, 'rest');
  }

  onBegin({ phase, label, node }: Task): void {
    if (phase !== 'main') return;
    for (const earlier of this.ended.stored.split(' '))
      if (earlier !== '') this.note(this.before, `${earlier}<${label}.${node.opIndex}`);
  }

  onEnd({ phase, label }: Task, _: unknown, opIndex: number): void {
    if (phase !== 'main') return;
    const name = `${label}.${opIndex}`;
    if (this.strict && this.judged.objectionable.test(this.before.stored))
      throw new Violation('late', name, `${this.before.stored} at the end of ${name}`);
    this.note(this.ended, name);
  }

  /** Adds a word to a cell's set of words. */
  private note(cell: Cell<string>, word: string): void {
    const words = new Set(cell.stored.split(' ')).add(word);
    this.judged.executor.heap.store(cell, [...words].sort().join(' '));
  }
}
