// Random small programs of the engine for comparing searches: operations of a bundled scenario, or of a
// context of scopes, dealt out anew, on the reference or with one defect of the subsystem.

import { deltas, subsystemOf } from '../../engine/defects/index.ts';
import type { AnyDelta, AnyOp, AnyProgram } from '../../engine/index.ts';
import type { Subsystem } from '../../engine/subsystems.ts';
import type { Rng } from '../../fuzz/rng.ts';
import { scenarios } from '../../fuzz/scenarios/index.ts';
import { type ScopeContext, vocabularyOf } from '../../fuzz/scopes/context.ts';
import { contextsIn } from '../../fuzz/scopes/contexts.ts';

export interface EngineText {
  /** Of the scenario or context. */
  readonly id: string;
  readonly program: AnyProgram;
  readonly deltas: readonly AnyDelta[];
}

/** What programs are dealt from. */
interface Deck {
  readonly id: string;
  readonly subsystem: Subsystem;
  readonly whole: AnyProgram;
  readonly ops: readonly { readonly process: number; readonly op: AnyOp }[];
}

const decks: readonly Deck[] = [
  ...scenarios.map(({ id, subsystem, program }): Deck => {
    const ops: { process: number; op: AnyOp }[] = [];
    for (const task of program.tasks)
      for (const op of task.ops) ops.push({ process: task.process, op });
    return { id, subsystem, whole: program, ops };
  }),
  ...contextsIn('full').map((context: ScopeContext): Deck => {
    const { id, subsystem, whole } = context;
    return { id: `context ${id}`, subsystem, whole, ops: vocabularyOf(context) };
  }),
].filter(({ ops }) => ops.length > 1);

export function randomEngineProgram(rng: Rng): EngineText {
  const { id, subsystem, whole, ops } = decks[rng.next(decks.length)] as Deck;
  const task = () => {
    const { process, op } = ops[rng.next(ops.length)] as Deck['ops'][number];
    const own = ops.filter((other) => other.process === process);
    const second = rng.next(2) === 0 ? [] : [(own[rng.next(own.length)] as Deck['ops'][number]).op];
    return { process, ops: [op, ...second] };
  };
  const tasks = [task(), task()] as unknown as AnyProgram['tasks'];
  const known = deltas.filter((d) => d.system === whole.system && subsystemOf(d) === subsystem);
  const delta = known[rng.next(known.length)];
  const inForce = delta === undefined || rng.next(3) === 0 ? [] : [delta];
  return { id, program: { ...whole, tasks }, deltas: inForce };
}
