// The answer of a scope: what was covered, counted, and the verdict that follows.

import type { Found, Verdict } from '../check.ts';
import type { ScopeContext } from './context.ts';
import { type ScopePlan, shapesWithin } from './plan.ts';
import type { Programs } from './programs.ts';
import type { ContextAnswer, ScopeAnswer } from './scope.ts';
import { maxSteps } from './search.ts';
import type { ContextTally, Tallies } from './tally.ts';

interface Parts {
  readonly plan: ScopePlan;
  readonly contexts: readonly ScopeContext[];
  readonly programs: ReadonlyMap<string, Programs>;
  readonly tallies: Tallies;
  readonly finished: boolean;
  readonly found: readonly Found[];
  readonly unshrunk: ScopeAnswer['unshrunk'];
  readonly behind: ScopeAnswer['behind'];
}

export function answerOf(parts: Parts): ScopeAnswer {
  const { plan, tallies, finished, found } = parts;
  const contexts = parts.contexts.map((context) => contextAnswer(context, parts));
  const sum = (of: (context: ContextAnswer) => number) => contexts.reduce((n, c) => n + of(c), 0);
  const cut = sum((c) => c.cut);
  const named = ({ property, key }: ScopeAnswer['behind'][number]) => ({ property, key });
  const [unshrunk, behind] = [parts.unshrunk.map(named), parts.behind.map(named)];
  const failed = found.length + unshrunk.length + behind.length > 0;
  const verdict: Verdict = failed ? 'violated' : finished && cut === 0 ? 'holds' : 'inconclusive';
  return {
    plan,
    verdict,
    finished,
    contexts,
    programs: sum((c) => c.programs),
    equal: sum((c) => c.equal),
    states: sum((c) => c.states),
    transitions: sum((c) => c.transitions),
    cut,
    maxSteps,
    collision: tallies.reduce((p, t) => p + t.collision, 0),
    found,
    unshrunk,
    behind,
  };
}

function contextAnswer(context: ScopeContext, parts: Parts): ContextAnswer {
  const { id, subsystem, scenarios, whole } = context;
  const { plan, tallies, finished } = parts;
  const tally = tallies.find((t) => t.context === id) ?? nothing;
  const programs = parts.programs.get(id) as Programs;
  const all = shapesWithin(plan.tasks, plan.operations).reduce(
    (n, shape) => n + programs.countOrdered(shape),
    0,
  );
  const unvisited = all - tally.programs;
  return {
    id,
    subsystem,
    topology: whole.topology,
    setup: whole.setup,
    vocabulary: whole.tasks,
    faults: whole.faults,
    scenarios,
    programs: tally.programs,
    equal: finished ? unvisited : 0,
    left: finished ? 0 : unvisited,
    states: tally.states,
    transitions: tally.transitions,
    cut: tally.cut,
    failures: tally.failures,
  };
}

const nothing: Omit<ContextTally, 'context' | 'collision'> = {
  programs: 0,
  states: 0,
  transitions: 0,
  cut: 0,
  failures: [],
};
