// The second door of nondeterminism: what the environment answers. Refusals (a failed allocation, a
// page that cannot be pinned) are charged to a budget; other choices are free.

import { Access, Flag } from './access.ts';
import type { Cell } from './cell.ts';
import { type Birth, KernelObject } from './object.ts';

export class Environment extends KernelObject {
  /** Refusals still allowed in this run. */
  readonly budget: Cell<number>;
  private readonly freely: Cell<number>;
  /** A step that touches nothing shared. */
  readonly local: Access;
  private readonly known = new Map<string, Access>();

  constructor(birth: Birth, refusals: number) {
    super(birth);
    this.budget = this.cell('budget', refusals);
    this.freely = this.cell('choice', 0);
    this.budget.renamed = (left) => left;
    this.freely.renamed = (nothing) => nothing;
    this.local = new Access(this.freely, 'local', 0);
  }

  get kind(): string {
    return 'environment';
  }

  /**
   * Whether the environment refuses at `site`; the access's outcome is 0 (goes well) or 1. `atomic`:
   * what is asked for does not sleep (GFP_ATOMIC, a device that is polled).
   */
  refuse(site: string, atomic = false): Access {
    return this.intern(`refuse ${site}${atomic ? ' atomic' : ''}`, () => {
      const apply = (left: unknown, _: number, choice: number) => (left as number) - choice;
      const flags = Flag.chooses | Flag.mutates | (atomic ? 0 : Flag.sleeps);
      // Which of two tasks asks first changes nothing in who can be refused what.
      const effect = { apply, commutes: 'refusals' };
      return new Access(this.budget, `refuse ${site}?`, flags, effect, null, 2);
    });
  }

  /** One of `n` answers, 0 … n-1. */
  choose(n: number, label: string): Access {
    return this.intern(`choose ${n} ${label}`, () => {
      return new Access(this.freely, `choose ${label}`, Flag.chooses, {}, null, n);
    });
  }

  /** The answer to the choice just announced, of either kind. */
  answerTo(access: Access): number {
    return access.cell.outcome as number;
  }

  private intern(key: string, make: () => Access): Access {
    let access = this.known.get(key);
    if (access === undefined) this.known.set(key, (access = make()));
    return access;
  }
}

/** How many answers a choice has now: a refusal needs budget. */
export function alternativesNow(access: Access): number {
  const charged = (access.flags & Flag.mutates) !== 0;
  return charged && access.cell.stored === 0 ? 1 : access.alternatives;
}
