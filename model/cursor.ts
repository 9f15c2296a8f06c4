// Where an operation in progress stands: its next phase and what it remembers between two atomic
// steps. Steps change a cursor in place; between steps it is frozen into a Pending.
import type { Guest } from './state.ts';
import { EFAULT } from './errno.ts';
import type { FaultSite, Op, Result } from './vocabulary.ts';

/**
 * The atomic steps that operations are made of.
 * `enter`, `check`, `body`: the ioctl's checks, where one of them may change under it.
 * `locked`: CREATE and REMOVE under container->lock. `own`: CREATE after its default window.
 * `take`: an attach takes over a legacy table. `view`: a table's userspace copy is charged apart.
 * `publish`: a charged window or ENABLE takes effect. `uncharge`: pages are given back.
 * `charge`, `add`, `registered`: what REGISTER goes on with. `released`: the same for UNREGISTER.
 * `map`, `xchg`, `clear`, `put`: per entry. `closing`: what close does after the container is gone.
 * `drained`: a region that lost its last user or TCE goes, then the operation goes on.
 * `fdput`: the call is over but for its descriptor; `release`: it was the last one of a closed file.
 */
export type Phase =
  | 'enter'
  | 'check'
  | 'body'
  | 'locked'
  | 'own'
  | 'take'
  | 'view'
  | 'publish'
  | 'uncharge'
  | 'charge'
  | 'add'
  | 'registered'
  | 'released'
  | 'map'
  | 'xchg'
  | 'clear'
  | 'put'
  | 'closing'
  | 'drained'
  | 'fdput'
  | 'release'
  | 'done';

/** A region that the operation has to unlink and uncharge, as it took what kept it. */
export interface Draining {
  readonly process: number;
  readonly va: number;
  readonly size: number;
}

/** A window that was charged for and not yet put in its slot. */
export interface PlannedWindow {
  readonly slot: number;
  readonly start: number;
  readonly size: number;
  readonly pageShift: number;
  readonly isDefault: boolean;
}

export class Cursor {
  readonly op: Op;
  readonly process: number;
  phase: Phase = 'enter';
  ret = 0;
  out: Result['out'];
  fault: FaultSite | null = null;
  /** It counts among the calls of its container, where they are counted. */
  inCall = false;
  /** Pages to be given back by `uncharge`, or charged for `publish`. */
  pages = 0;
  /** Who paid for `pages`. */
  payer: Guest = null;
  planned: PlannedWindow | null = null;
  /** MAP and UNMAP: the window slot, its first entry, how many, and the one at hand. */
  slot = 0;
  first = 0;
  count = 0;
  index = 0;
  /** The va whose region has a TCE too many until `put`, and what follows then. */
  owed = 0;
  owedTo: Guest = null;
  afterPut: 'map' | 'clear' | 'fail' = 'map';
  /** Regions to be released by `drained`, and what follows then. */
  draining: readonly Draining[] = [];
  afterDrained: Phase = 'done';

  constructor(op: Op, process: number) {
    this.op = op;
    this.process = process;
  }

  clone(): Cursor {
    return Object.assign(new Cursor(this.op, this.process), this);
  }

  /** The operation returns. */
  finish(ret: number, out?: Result['out']): true {
    this.phase = 'done';
    this.ret = ret;
    this.out = out;
    return true;
  }

  /** The step is over; the operation goes on with `phase`. */
  goOn(phase: Phase): true {
    this.phase = phase;
    return true;
  }

  get result(): Result {
    return this.out === undefined ? { ret: this.ret } : { ret: this.ret, out: this.out };
  }

  private get drainingText(): string {
    return `${this.draining.map(({ process, va }) => `${process}@${va}`).join()}>${this.afterDrained}`;
  }

  /** Canonical text of everything but the operation. */
  get text(): string {
    const { planned } = this;
    return (
      `${this.process}:${this.phase}${this.inCall ? '!' : ''}:${this.ret}:${this.fault ?? ''}:` +
      `${this.pages}:${this.slot}:` +
      `${this.first}+${this.index}/${this.count}:${this.owed}${this.afterPut}` +
      (this.payer === null ? '' : `:paid${this.payer}`) +
      (this.owedTo === null ? '' : `:to${this.owedTo}`) +
      (this.draining.length === 0 ? '' : `:drains${this.drainingText}`) +
      (planned === null ? '' : `:${planned.slot}${planned.isDefault ? 'd' : ''}`) +
      (this.out === undefined ? '' : JSON.stringify(this.out))
    );
  }
}

/** The operation succeeds and writes its answer back, which user space may have made impossible. */
export function answer(cursor: Cursor, out: NonNullable<Result['out']>): true {
  const { op } = cursor;
  const unwritable = 'readOnlyPointer' in op && op.readOnlyPointer;
  return unwritable ? cursor.finish(EFAULT) : cursor.finish(0, out);
}

/** The environment at one step: does it refuse at this fault site? */
export interface Environment {
  refuses(site: FaultSite): boolean;
}

export const friendly: Environment = { refuses: () => false };
