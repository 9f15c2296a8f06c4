// An open file as the file table sees it: whether the descriptor is open, and how many calls are in
// flight on it or references to it are held. The last of them to go after close(2) releases what is
// behind it.

import { Access, Cell, Flag, type KernelObject, type Value } from '../runtime/index.ts';

/** One call in flight; the lowest bit says that the descriptor is open. */
const call = 2;
const open = 1;

const num = (f: (v: number) => Value) => (v: Value) => f(v as number);

export class VfioFile extends Cell<number> {
  /** open(2), where nothing of an earlier file is left. */
  readonly open: Access;
  /** fdget: answers whether the descriptor is open; then a call is in flight. */
  readonly get: Access;
  /** get_file by who knows that the file is there. */
  readonly hold: Access;
  /** fdput: answers whether the file is to be released now. */
  readonly put: Access;
  /** close(2): answers `last` if the file is to be released now, `closed` if it was not open. */
  readonly close: Access;

  constructor(object: KernelObject, isOpen = true) {
    super(object, 'file', isOpen ? open : 0);
    this.open = new Access(this, 'open', Flag.mutates, { apply: num((v) => v | open) });
    this.get = new Access(this, 'fdget', Flag.mutates, {
      outcome: num((v) => (v & open) === open),
      apply: num((v) => ((v & open) === open ? v + call : v)),
    });
    this.hold = new Access(this, 'get_file', Flag.mutates, { apply: num((v) => v + call) });
    this.put = new Access(this, 'fdput', Flag.mutates, {
      outcome: num((v) => v === call),
      apply: num((v) => v - call),
    });
    this.close = new Access(this, 'close', Flag.mutates, {
      outcome: num((v) => (v === open ? 'last' : (v & open) === 0 ? 'closed' : 'in use')),
      apply: num((v) => v & ~open),
    });
  }

  /** The answer to `get` or `put`, just performed. */
  get answer(): boolean {
    return this.outcome as boolean;
  }

  /** The answer to `close`, just performed. */
  get closing(): 'last' | 'closed' | 'in use' {
    return this.outcome as 'last' | 'closed' | 'in use';
  }
}
