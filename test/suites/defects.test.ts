// Every defect alone is found in the bundled scenarios, by the property that its file names; every
// divergence alone is nobody's fault; every property is broken by some defect.

import { expect, test } from 'vitest';
import { deltas, subsystemOf } from '../../engine/defects/index.ts';
import type { AnyDelta } from '../../engine/index.ts';
import { revisions } from '../../engine/revisions/index.ts';
import { sanitizers } from '../../engine/runtime/index.ts';
import type { Scenario } from '../../fuzz/scenarios/index.ts';
import { allProperties } from '../../properties/catalogue.ts';
import { lawful, search, scenariosOf } from './search.ts';
import { touches } from './touched.ts';

const idOf = ({ id, violates }: AnyDelta) => [id, violates] as const;
const defects = deltas.filter((d) => d.kind === 'defect').map((d) => [...idOf(d), d] as const);
const divergences = deltas.filter((d) => d.kind === 'divergence').map((d) => [d.id, d] as const);

const broken = new Map<string, ReadonlySet<string>>();

test.each(defects)('%s alone violates %s', (id, violates, defect) => {
  const found = new Set<string>();
  for (const scenario of scenariosOn(defect)) {
    const { result, failing } = search(scenario, [defect]);
    expect(result.complete).toBe(true);
    for (const { property } of failing) found.add(property);
  }
  broken.set(id, found);
  expect([...found]).toContain(violates);
});

/** Those of its subsystem that can tell it from the reference. */
function scenariosOn(delta: AnyDelta): readonly Scenario[] {
  return lawful.filter((s) => s.subsystem === subsystemOf(delta) && touches(delta, s));
}

/** Programs for one of the revisions that differ so; a divergence of none is the reference's. */
function applicable(delta: AnyDelta) {
  const having = revisions.filter((r) => r.deltas.some((d) => d.id === delta.id));
  const among = having.length === 0 ? ['reference'] : having.map((r) => r.id);
  return scenariosOn(delta).filter((s) => among.some((r) => scenariosOf(r).includes(s)));
}

test.each(divergences)('%s alone violates nothing', (_, divergence) => {
  for (const scenario of applicable(divergence)) {
    const { result, failing } = search(scenario, [divergence]);
    expect(result.complete).toBe(true);
    expect(failing.map((f) => `${scenario.id}: ${f.property} ${f.key}`)).toEqual([]);
  }
});

test('every property is broken by some defect', () => {
  const all = new Set([...broken.values()].flatMap((found) => [...found]));
  const ids = allProperties.map(({ id }) => id);
  expect(ids.filter((id) => !all.has(id))).toEqual([]);
  // And every sanitizer is tripped by kernel code, not by test/toys only.
  expect(Object.keys(sanitizers).filter((id) => !all.has(id))).toEqual([]);
});
