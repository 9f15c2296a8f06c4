// Refinement of the IOMMU stack against its machines: every result is one that they allow, and when
// nothing is in flight the engine is in a state that they may be in.

import { errnoName } from '../../engine/index.ts';
import { type IommuWorld, iommuOpText } from '../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import {
  type Birth,
  type Cell,
  KernelObject,
  type Outcome,
  type Task,
  type Violation,
} from '../../engine/runtime/index.ts';
import {
  type Done,
  type IommuModelState,
  iommuOracle,
  type IommuPending,
  type IommuQuirks,
  isOf,
  noIommuQuirks,
  type Subject,
  subjectOf,
} from '../../model/iommu/index.ts';
import { ConfigurationsOf, type Followed, RefinementOf } from '../configurations.ts';
import { Judged } from '../judged.ts';
import { agreement, conformance } from '../refinement.ts';
import { broken } from '../property.ts';
import { engineFacts, modelFacts } from './facts.ts';
import type { Part, PartJudge } from './part.ts';

type Sets = ConfigurationsOf<IommuModelState, IommuPending>;

export interface IommuCall extends Followed<IommuPending> {
  readonly op: IommuOp;
}

/** What is remembered of a run; cells, so that undo restores it and states include it. */
class Ghost extends KernelObject {
  readonly sets: Cell<Sets>;

  constructor(birth: Birth, initial: Sets) {
    super(birth);
    this.sets = this.cell<Sets>('configurations', initial);
  }

  get kind(): string {
    return 'machines';
  }
}

/** Nothing explains the history any more: told when all is quiet, so that others come first. */
class Unexplained extends ConfigurationsOf<IommuModelState, IommuPending> {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(`${violation.key} ${violation.message}`, []);
    this.violation = violation;
  }
}

class ConformanceJudge implements PartJudge {
  private readonly world: IommuWorld;
  private readonly calls: readonly (readonly (IommuCall | null)[])[];
  private readonly subject: Subject;
  private readonly slots: readonly number[];
  private readonly refinement = new RefinementOf<IommuModelState, IommuPending, Done>({
    advance: (state, pending) => iommuOracle.advance(state, pending),
    explains,
  });
  private readonly ghost: Ghost;
  private readonly failures = new Map<string, Unexplained>();
  /** Quiescent states that were found right, and the sets that agree with them. */
  private readonly agreed = new Judged<Sets>();

  constructor(
    world: IommuWorld,
    program: IommuProgram,
    subject: Subject,
    quirks: readonly string[],
  ) {
    this.world = world;
    this.subject = subject;
    const lists = [program.setup, ...program.tasks.map((t) => t.ops)];
    this.calls = callsOf(lists, subject);
    this.slots = slotsOf(lists.flat(), subject);
    // Slots that no operation has looked at yet are there to be read.
    if (subject === 'core') for (const slot of this.slots) world.slots.domain(slot);
    const state = iommuOracle.initial(program.topology, program.faults, quirksNamed(quirks), lists);
    this.ghost = world.heap.boot(Ghost, 'machines', this.refinement.initial(state, lists.length));
  }

  onBegin(_op: IommuOp, task: Task): void {
    const call = this.call(task, task.node.opIndex);
    const from = this.ghost.sets.stored;
    if (call !== null && from.all.length > 0) this.follow(this.refinement.begin(from, call));
  }

  onEnd(_op: IommuOp, result: Outcome, task: Task, opIndex: number, fault: string): void {
    const call = this.call(task, opIndex);
    const from = this.ghost.sets.stored;
    if (call === null || from.all.length === 0) return;
    const to = this.refinement.end(from, call, result, fault);
    this.follow(to.all.length > 0 ? to : this.unexplained(from, call, result, fault));
  }

  settle(exiting: boolean): void {
    const from = this.ghost.sets.stored;
    if (from instanceof Unexplained) throw from.violation;
    // What exit gives back is not the program's.
    if (exiting) return;
    const { digest1, digest2 } = this.world.heap;
    let to = this.agreed.get(digest1, digest2);
    if (to === undefined) {
      to = this.agreement(from);
      this.agreed.set(digest1, digest2, to);
    }
    this.follow(to);
  }

  private call(task: Task, index: number): IommuCall | null {
    return this.calls[task.id]?.[index] ?? null;
  }

  private follow(to: Sets): void {
    if (to !== this.ghost.sets.stored) this.world.heap.store(this.ghost.sets, to);
  }

  private unexplained(
    from: Sets,
    { op, task }: IommuCall,
    { ret, out }: Outcome,
    fault: string,
  ): Unexplained {
    const allowed = this.refinement.results(from, task).map(doneText);
    const answer = out === undefined ? '' : ` ${JSON.stringify(out)}`;
    const message =
      `${iommuOpText(op)} returned ${errnoName(ret)}${answer}` +
      `${fault === '' ? '' : `, refused at ${fault}`}; the machines allow ` +
      ([...new Set(allowed)].sort().join(' or ') || 'nothing');
    let failure = this.failures.get(message);
    if (failure === undefined) {
      const violation = broken(conformance, `${op.op} ${errnoName(ret)}`, message);
      this.failures.set(message, (failure = new Unexplained(violation)));
    }
    return failure;
  }

  private agreement(from: Sets): Sets {
    const facts = engineFacts(this.world, this.subject, this.slots);
    const differs = (state: IommuModelState) =>
      modelFacts(state, this.subject, this.slots).findIndex(
        (fact, at) => fact !== null && fact !== facts[at],
      );
    const to = this.refinement.keep(from, facts.join('\n'), (state) => differs(state) < 0);
    if (to.all.length > 0) return to;
    const { state } = from.all[0] as Sets['all'][number];
    const at = differs(state);
    const mine = facts[at] ?? '';
    throw broken(
      agreement,
      (/^[a-z ]+?(?= of|\d| )/.exec(mine) ?? ['state'])[0],
      `the engine has “${mine}”, the machines have “${modelFacts(state, this.subject, this.slots)[at]}”`,
    );
  }
}

export function callsOf(
  lists: readonly (readonly IommuOp[])[],
  subject: Subject,
): (IommuCall | null)[][] {
  let id = 0;
  return lists.map((ops, task) =>
    ops.map((op) =>
      isOf(subject, op) ? { id: id++, task, op, pending: iommuOracle.begin(op) } : null,
    ),
  );
}

/** Numbers by which the program names the subject's objects. */
export function slotsOf(ops: readonly IommuOp[], subject: Subject): number[] {
  const named = ops.flatMap((op) =>
    subject === 'ioas' ? ('ioas' in op ? [op.ioas] : []) : 'domain' in op ? [op.domain] : [],
  );
  return [...new Set(named.flatMap((slot) => slot ?? []))].sort((a, b) => a - b);
}

/** Deltas name the machines' quirks; a name that the machines do not know would allow nothing. */
export function quirksNamed(names: readonly string[]): Partial<IommuQuirks> {
  for (const name of names)
    if (!(name in noIommuQuirks))
      throw new Error(`a delta allows ${name}: the machines have no such quirk`);
  return Object.fromEntries(names.map((name) => [name, true]));
}

export function explains({ ret, out, size }: Done, result: Outcome): boolean {
  if (ret === 'any') return true;
  if (ret === 'errno' ? result.ret >= 0 : ret !== result.ret) return false;
  if (size !== undefined) {
    const told = result.out?.['size'];
    return typeof told === 'number' && size[0] <= told && told <= size[1];
  }
  const told = result.out;
  return out === undefined || Object.entries(out).every(([name, value]) => told?.[name] === value);
}

function doneText({ ret, out, size }: Done): string {
  const answer = size === undefined ? out : { size: size.join(' to ') };
  const more = answer === undefined ? '' : ` ${JSON.stringify(answer)}`;
  const text = typeof ret === 'number' ? errnoName(ret) : ret === 'errno' ? 'an errno' : 'anything';
  return `${text}${more}`;
}

const idle: PartJudge = {};

/** Listed by the catalogue of SPAPR's properties: one entry serves both systems. */
export const conformancePart: Part = {
  properties: [],
  judge: (world, program, quirks) => {
    const subject = subjectOf([program.setup, ...program.tasks.map((t) => t.ops)].flat());
    return subject === null ? idle : new ConformanceJudge(world, program, subject, quirks);
  },
};
