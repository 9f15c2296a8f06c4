// W in Promela. One transition for each visible step: operations are unrolled, checks and counts of
// running operations go with the step before them (d_step), and `end: false` stands for the end of a
// task, because SPIN would count the death of a process as a step.

import type { Workload } from '../../workload/known.ts';

export interface PromelaOptions {
  /** C only: declares the variables `local`, a promise of the modeller that SPIN does not check. */
  readonly local?: boolean;
}

export function promela(workload: Workload, { local = false }: PromelaOptions = {}): string {
  const tasks = Array.from({ length: workload.tasks }, (_, t) => t);
  const { variant } = workload;
  const globals =
    variant === 'C'
      ? tasks.map((t) => {
          const scope = local ? 'local ' : '';
          return `${scope}byte slot${t}; ${scope}short count${t};`;
        })
      : ['byte lock; byte slot[4]; short count; byte running;'];
  return [...globals, ...tasks.map((t) => proctype(workload, t)), ''].join('\n');
}

function proctype(workload: Workload, t: number): string {
  const ops = Array.from({ length: workload.ops }, (_, k) => operation(workload, t, k));
  return `active proctype T${t}() { bit seen; short n;\n${ops.join('\n')}\nend: false }`;
}

function operation({ variant, tasks }: Workload, t: number, k: number): string {
  if (variant === 'C') return alone(t);
  const slot = `slot[${(t + k) % 4}]`;
  const enter = 'running = running + 1';
  const leave =
    'running = running - 1; assert(running != 0 || count == slot[0] + slot[1] + slot[2] + slot[3])';
  const write = 'count = n + 1 - 2*seen; seen = 0; n = 0';
  const toggle = `n = count; ${slot} = 1 - seen;`;
  if (variant === 'B' && t === tasks - 1)
    return `  d_step { seen = ${slot}; ${enter} }; ${toggle} d_step { ${write}; ${leave} };`;
  return [
    `  d_step { lock == 0 -> lock = ${t + 1}; ${enter} }; seen = ${slot}; ${toggle}`,
    `  d_step { ${write} }; d_step { lock = 0; ${leave} };`,
  ].join('\n');
}

/** Nothing is shared: each task has a slot and a count of its own. */
function alone(t: number): string {
  const write = `count${t} = n + 1 - 2*seen; seen = 0; n = 0; assert(count${t} == slot${t})`;
  return `  seen = slot${t}; n = count${t}; slot${t} = 1 - seen; d_step { ${write} };`;
}
