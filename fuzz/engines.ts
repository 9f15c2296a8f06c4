// What an engine that is named stands for: its deltas, and the scenarios that say something about it.

import type { AnyDelta } from '../engine/defects/define.ts';
import { deltaById, subsystemOf } from '../engine/defects/index.ts';
import { revisionById } from '../engine/revisions/index.ts';
import { type Subsystem, subsystems } from '../engine/subsystems.ts';
import type { EngineRef } from './catalogue.ts';
import type { Scenario } from './scenarios/index.ts';

export function deltasOf(engine: EngineRef): readonly AnyDelta[] {
  return engine.deltas.map((id) => {
    const delta = deltaById(id);
    if (delta === undefined) throw new Error(`there is no delta ${id}`);
    return delta;
  });
}

/** Of a revision, those it is about; of the reference with some deltas, those of the deltas. */
export function subsystemsOf(engine: EngineRef): readonly Subsystem[] {
  const { revision, deltas } = engine;
  if (revision !== 'reference' || deltas.length === 0)
    return revisionById(revision)?.subsystems ?? [];
  const theirs = new Set(deltasOf(engine).map(subsystemOf));
  return subsystems.filter((s) => theirs.has(s));
}

/**
 * Whether a scenario is run on an engine. One that was asked for by name is run on the reference with
 * any deltas; user space that a revision cannot have is always left out.
 */
export function runsOn(scenario: Scenario, engine: EngineRef, named = false): boolean {
  if (scenario.notOn?.includes(engine.revision) === true) return false;
  if (named && engine.revision === 'reference') return true;
  if (scenario.callers === 'careless') return false;
  return subsystemsOf(engine).includes(scenario.subsystem);
}
