// Random small programs of the engine for comparing searches: operations of a bundled scenario dealt
// out anew, on the reference or with one defect of the scenario's subsystem.

import { deltas, subsystemOf } from '../../engine/defects/index.ts';
import type { AnyDelta, AnyOp, AnyProgram } from '../../engine/index.ts';
import type { Rng } from '../../fuzz/rng.ts';
import { type Scenario, scenarios } from '../../fuzz/scenarios/index.ts';

export interface EngineText {
  readonly scenario: string;
  readonly program: AnyProgram;
  readonly deltas: readonly AnyDelta[];
}

const several = scenarios.filter((s) => s.program.tasks.some((t, i) => i > 0 || t.ops.length > 1));

export function randomEngineProgram(rng: Rng): EngineText {
  const scenario = several[rng.next(several.length)] as Scenario;
  const { program } = scenario;
  const ops: AnyOp[] = [];
  for (const task of program.tasks) ops.push(...task.ops);
  const process = program.tasks[0]?.process ?? 0;
  const tasks = Array.from({ length: 2 }, () => ({
    process,
    ops: Array.from({ length: 1 + rng.next(2) }, () => ops[rng.next(ops.length)] as AnyOp),
  }));
  const own = deltas.filter(
    (d) => d.system === program.system && subsystemOf(d) === scenario.subsystem,
  );
  const delta = own[rng.next(own.length)];
  const inForce = delta === undefined || rng.next(3) === 0 ? [] : [delta];
  return { scenario: scenario.id, program: { ...program, tasks }, deltas: inForce };
}
