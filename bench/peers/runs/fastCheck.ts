// One workload under fast-check's scheduler, in a process of its own:
// `fastCheck.js <variant> <tasks> <ops> <schedule|program> <runs> <seed>`. Prints one line of JSON.
// `schedule`: the workload as it is; `program`: random programs of at most its size, to be shrunk too.

import fc from 'fast-check';
import type { Variant } from '../../workload/known.ts';
import { type Program, programOf, Scheduled } from '../models/scheduled.ts';

const [variant, tasks, ops, what, runs, seed] = process.argv.slice(2);
const workload = { variant: variant as Variant, tasks: Number(tasks), ops: Number(ops) };

let executions = 0;
let failing: readonly number[] = [];

async function holds(scheduler: fc.Scheduler, program: Program): Promise<boolean> {
  const world = new Scheduled(scheduler, workload);
  await world.run(program);
  executions++;
  // Every failure that shrinking accepts is tried after the larger one: the last is the smallest.
  if (!world.right) failing = world.order;
  return world.right;
}

const slot = fc.integer({ min: 0, max: 3 });
const list = fc.array(slot, { maxLength: workload.ops });
const programs = fc.array(list, { minLength: 1, maxLength: workload.tasks });
const program =
  what === 'program' && workload.variant !== 'C' ? programs : fc.constant(programOf(workload));

const result = await fc.check(fc.asyncProperty(fc.scheduler(), program, holds), {
  numRuns: Number(runs),
  seed: Number(seed),
});
if (result.errorInstance !== null && result.failed && failing.length === 0)
  throw result.errorInstance;
const switches = failing.filter((task, i) => i > 0 && task !== failing[i - 1]).length;
const counterexample = result.failed ? { steps: failing.length, switches } : {};
const rssMb = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({ violated: result.failed, runs: executions, ...counterexample, rssMb }),
);
