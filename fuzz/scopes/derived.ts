// Contexts made from the bundled scenarios: those with the same host, setup and refusals give one, and
// its vocabulary is all operations of their tasks. So each of these scenarios is one program of a scope
// that is large enough for it. Careless callers are left out: what goes wrong there is their fault.

import type { AnyProgram } from '../../engine/program.ts';
import type { Scenario } from '../scenarios/index.ts';
import { keyOf, type Letter, type ScopeContext, tasksFor } from './context.ts';

/** Scenarios are merged while they have at most `maxOperations`: programs grow with a power of these. */
export function derivedContexts(
  scenarios: readonly Scenario[],
  maxOperations: number,
): ScopeContext[] {
  const groups = new Map<string, Scenario[][]>();
  for (const scenario of scenarios) {
    if (scenario.callers === 'careless') continue;
    const { topology, setup, faults } = scenario.program;
    const key = keyOf([scenario.subsystem, scenario.notOn ?? [], topology, setup, faults]);
    const known = groups.get(key) ?? [];
    groups.set(key, known);
    const room = known.find((group) => operationsOf([...group, scenario]) <= maxOperations);
    if (room === undefined) known.push([scenario]);
    else room.push(scenario);
  }
  return [...groups.values()].flat().map(contextOf);
}

function contextOf(group: readonly Scenario[]): ScopeContext {
  const first = group[0] as Scenario;
  const { subsystem, notOn } = first;
  const program: AnyProgram = first.program;
  return {
    id: first.id,
    subsystem,
    whole: { ...program, tasks: tasksFor(group.flatMap(lettersOf)) },
    scenarios: group.map(({ id }) => id),
    ...(notOn && { notOn }),
  };
}

const operationsOf = (group: readonly Scenario[]) =>
  tasksFor(group.flatMap(lettersOf)).reduce((n, { ops }) => n + ops.length, 0);

function lettersOf({ program }: Scenario): Letter[] {
  const tasks: AnyProgram['tasks'] = program.tasks;
  return tasks.flatMap(({ process, ops }) => ops.map((op) => ({ process, op })));
}
