// Random programs of the IOMMU stack: a finding may hold them, they are the same for a seed, and the
// reference keeps every property on them.

import { expect, test } from 'vitest';
import type { Program } from '../../engine/program.ts';
import { DataRaces, hashString } from '../../engine/runtime/index.ts';
import { defaultScheduler } from '../campaign.ts';
import { programsOf } from '../campaignService.ts';
import { canonicalJson } from '../finding/index.ts';
import { programSchema } from '../finding/program.ts';
import { instantiate } from '../instance.ts';
import { derive } from '../rng.ts';
import { Runner } from '../run.ts';
import { Schedules } from '../schedules.ts';
import { iommuArbitraries } from './iommu/index.ts';

const subsystems = Object.keys(iommuArbitraries) as (keyof typeof iommuArbitraries)[];

function first(seed: string, subsystem: (typeof subsystems)[number], count: number): Program[] {
  const programs = programsOf(seed, [subsystem]);
  return Array.from({ length: count }, () => programs.next().value as Program);
}

test('the first programs of a seed do not change: old campaigns can be run again', () => {
  const digests = subsystems.map((s) =>
    hashString(canonicalJson(first('golden', s, 20))).toString(16),
  );
  expect(Object.fromEntries(subsystems.map((s, i) => [s, digests[i]]))).toMatchInlineSnapshot(`
    {
      "cookie": "-14fc9b02",
      "dirty": "-335df707",
      "mapping": "-547162d6",
      "ownership": "-6498b183",
      "virtio": "-14eb0bf5",
    }
  `);
});

test.each(subsystems)('%s: every program is one that a finding may hold', (subsystem) => {
  for (const program of first('valid', subsystem, 200)) {
    const written: unknown = JSON.parse(canonicalJson(program));
    expect(programSchema.parse(written)).toEqual(program);
  }
});

test.each(subsystems)('%s: the reference violates nothing', (subsystem) => {
  const found = first('reference', subsystem, 60).flatMap((program, p) => {
    const runner = new Runner(instantiate(program, []), {
      maxSteps: 20_000,
      observer: new DataRaces(),
    });
    const schedules = new Schedules(defaultScheduler);
    return Array.from({ length: 6 }, (_, i) => {
      const { violation } = runner.run(schedules.next(derive('reference', p * 6 + i)));
      return violation === null ? [] : [`${violation.property} ${violation.key}`];
    }).flat();
  });
  expect([...new Set(found)]).toEqual([]);
});
