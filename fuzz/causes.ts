// Which deltas a failure needs: found by taking them away. Only those whose code ran in the failing
// run can matter, so the first guess is each of them alone.

import type { AnyDelta } from '../engine/defects/define.ts';
import type { AnyProgram } from '../engine/program.ts';
import type { Failing } from '../shrinkers/index.ts';
import { instantiate } from './instance.ts';
import { Runner } from './run.ts';
import { Replay } from './schedulers/replay.ts';
import { ShrinkOracle } from './shrinkOracle.ts';

const bounds = { preemptions: Number.POSITIVE_INFINITY, maxStates: 50_000 } as const;

/** A smallest set of `deltas` (none can be left out) on which the program still fails alike. */
export function causesOf(failing: Failing, deltas: readonly AnyDelta[]): readonly AnyDelta[] {
  const ran = deltasThatRan(failing, deltas);
  const alone = ran.find((d) => d.kind === 'defect' && shownBy(failing, d));
  if (alone !== undefined) return [alone];
  let needed = ran;
  for (const delta of ran) {
    const fewer = needed.filter((d) => d !== delta);
    if (fails(failing, fewer)) needed = fewer;
  }
  return needed;
}

/** What each delta alone makes a program show: asked again and again by revisions that share it. */
const known = new WeakMap<AnyProgram, Map<string, boolean>>();

function shownBy(failing: Failing, delta: AnyDelta): boolean {
  const { program, property, key } = failing;
  let answers = known.get(program);
  if (answers === undefined) known.set(program, (answers = new Map()));
  const question = JSON.stringify([delta.id, property, key]);
  let answer = answers.get(question);
  if (answer === undefined) answers.set(question, (answer = fails(failing, [delta])));
  return answer;
}

/** The deltas whose code runs in a failing run. */
export function deltasThatRan(failing: Failing, deltas: readonly AnyDelta[]): readonly AnyDelta[] {
  const ids = new Set<string>();
  const instance = instantiate(failing.program, deltas, (id) => ids.add(id));
  new Runner(instance, { maxSteps: failing.decisions.length + 1 }).run(
    new Replay(failing.decisions, 'lenient'),
  );
  return deltas.filter((d) => ids.has(d.id));
}

function fails(failing: Failing, deltas: readonly AnyDelta[]): boolean {
  const oracle = new ShrinkOracle((program) => instantiate(program, deltas), failing);
  const refusals = failing.program.faults.budget;
  return oracle.shows(failing.program, { ...bounds, refusals });
}
