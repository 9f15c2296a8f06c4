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
import {
  type ConfigurationsOf,
  type Followed,
  type Machines,
  RefinementOf,
  Unexplained,
} from '../configurations.ts';
import { Judged } from '../judged.ts';
import { iommuPromises } from '../linearizability/iommu.ts';
import { AtomicityJudge, type Look, type Words } from '../linearizability/judge.ts';
import { wholeOps } from '../linearizability/promise.ts';
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

type Failed = Unexplained<IommuModelState, IommuPending>;

export const iommuSteps: Machines<IommuModelState, IommuPending, Done> = {
  advance: (state, pending) => iommuOracle.advance(state, pending),
  explains,
};

class ConformanceJudge implements PartJudge {
  private readonly world: IommuWorld;
  private readonly calls: readonly (readonly (IommuCall | null)[])[];
  private readonly subject: Subject;
  private readonly slots: readonly number[];
  private readonly refinement = new RefinementOf(iommuSteps);
  private readonly ghost: Ghost;
  private readonly atomicity: AtomicityJudge<IommuModelState, IommuPending, Done> | null;
  private readonly failures = new Map<string, Failed>();
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
    const whole = wholeOps<IommuOp, IommuProgram>(iommuPromises, program);
    const start = { machines: iommuSteps, state, tasks: lists.length };
    this.atomicity = whole.size === 0 ? null : new AtomicityJudge(world.heap, start, whole, words);
  }

  onBegin(_op: IommuOp, task: Task): void {
    const call = this.call(task, task.node.opIndex);
    const from = this.ghost.sets.stored;
    if (call === null || from.all.length === 0) return;
    this.follow(this.refinement.begin(from, call));
    this.atomicity?.begin(call);
  }

  onEnd(_op: IommuOp, result: Outcome, task: Task, opIndex: number, fault: string): void {
    const call = this.call(task, opIndex);
    const from = this.ghost.sets.stored;
    if (call === null || from.all.length === 0) return;
    const to = this.refinement.end(from, call, result, fault);
    this.follow(to.all.length > 0 ? to : this.unexplained(from, call, result, fault));
    this.atomicity?.end(call, result, fault);
  }

  looks(): boolean {
    return false;
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
    this.atomicity?.settle(() => this.look());
  }

  private call(task: Task, index: number): IommuCall | null {
    return this.calls[task.id]?.[index] ?? null;
  }

  private follow(to: Sets): void {
    if (to !== this.ghost.sets.stored) this.world.heap.store(this.ghost.sets, to);
  }

  private unexplained(from: Sets, call: IommuCall, result: Outcome, fault: string): Failed {
    const allowed = this.refinement.results(from, call.task).map(doneText);
    const ended = { ...call, result, fault };
    const message =
      `${words.returned(ended)}; the machines allow ` +
      ([...new Set(allowed)].sort().join(' or ') || 'nothing');
    let failure = this.failures.get(message);
    if (failure === undefined) {
      const violation = broken(conformance, words.key(ended), message);
      this.failures.set(message, (failure = new Unexplained(violation)));
    }
    return failure;
  }

  private agreement(from: Sets): Sets {
    const { text, agrees, difference } = this.look();
    const to = this.refinement.keep(from, text, agrees);
    if (to.all.length > 0) return to;
    const found = difference((from.all[0] as Sets['all'][number]).state);
    throw broken(agreement, found.key, found.text);
  }

  private look(): Look<IommuModelState> {
    const facts = engineFacts(this.world, this.subject, this.slots);
    const factsOf = (state: IommuModelState) => modelFacts(state, this.subject, this.slots);
    const differs = (state: IommuModelState) =>
      factsOf(state).findIndex((fact, at) => fact !== null && fact !== facts[at]);
    return {
      text: facts.join('\n'),
      agrees: (state) => differs(state) < 0,
      difference: (state) => {
        const at = differs(state);
        const mine = facts[at] ?? '';
        return {
          key: (/^[a-z ]+?(?= of|\d| )/.exec(mine) ?? ['state'])[0],
          text: `the engine has “${mine}”, the machines have “${factsOf(state)[at]}”`,
        };
      },
    };
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

const words: Words<IommuPending, Done> = {
  returned({ pending, result: { ret, out }, fault }) {
    const answer = out === undefined ? '' : ` ${JSON.stringify(out)}`;
    const refused = fault === '' ? '' : `, refused at ${fault}`;
    return `${iommuOpText(pending.op as IommuOp)} returned ${errnoName(ret)}${answer}${refused}`;
  },
  key: ({ pending, result }) => `${pending.op.op} ${errnoName(result.ret)}`,
  possible: doneText,
};

const idle: PartJudge = {};

/** Listed by the catalogue of SPAPR's properties: one entry serves both systems. */
export const conformancePart: Part = {
  properties: [],
  judge: (world, program, quirks) => {
    const subject = subjectOf([program.setup, ...program.tasks.map((t) => t.ops)].flat());
    return subject === null ? idle : new ConformanceJudge(world, program, subject, quirks);
  },
};
