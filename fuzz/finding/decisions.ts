// Decisions between their two forms: one a step, as the explorer has them, and run-length by task
// name, as findings keep them.

import type { Decision } from '../explore/judge.ts';
import type { CompactDecisions } from './schema.ts';

/** A decision by name: the form that does not depend on how tasks are numbered. */
export interface NamedDecision {
  readonly task: string;
  readonly choice: number;
}

export function compactDecisions(decisions: readonly NamedDecision[]): CompactDecisions {
  const schedule: [string, number][] = [];
  const choices: [number, number][] = [];
  decisions.forEach(({ task, choice }, step) => {
    const last = schedule.at(-1);
    if (last?.[0] === task) last[1]++;
    else schedule.push([task, 1]);
    if (choice !== 0) choices.push([step, choice]);
  });
  return { schedule, choices };
}

export function expandDecisions({ schedule, choices }: CompactDecisions): NamedDecision[] {
  const answers = new Map(choices.map(([step, answer]) => [step, answer]));
  const decisions: NamedDecision[] = [];
  for (const [task, steps] of schedule)
    for (let i = 0; i < steps; i++)
      decisions.push({ task, choice: answers.get(decisions.length) ?? 0 });
  return decisions;
}

/** Names for task numbers: `labels[id]` is the task's label. */
export function nameDecisions(
  decisions: readonly Decision[],
  labels: readonly string[],
): NamedDecision[] {
  return decisions.map(({ task, choice }) => ({ task: labels[task] ?? `task ${task}`, choice }));
}
