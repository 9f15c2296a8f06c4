// The reference holds on every scenario of mapping; every defect alone is found by what it names.

import { expect, test } from 'vitest';
import { mappingDeltas } from '../../../engine/defects/iommu/mapping/index.ts';
import type { IommuProgram } from '../../../engine/iommu/index.ts';
import { iommuRevisions } from '../../../engine/revisions/iommu/index.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { mappingScenarios } from './mapping.ts';

test.each(mappingScenarios)('$id: the reference holds', ({ program }) => {
  const { violations, complete, states } = explore(program as IommuProgram);
  expect({ violations, complete }).toEqual({ violations: [], complete: true });
  expect(states).toBeLessThan(150_000);
});

const defects = mappingDeltas.filter((d) => d.kind === 'defect');

test.each(defects.map((d) => [d.id, d.violates, d] as const))(
  '%s alone violates %s',
  (_, violates, delta) => {
    const found = mappingScenarios.flatMap(({ program }) =>
      explore(program as IommuProgram, [delta]).violations.map((v) => v.split(':')[0]),
    );
    expect([...new Set(found)]).toContain(violates);
  },
);

const revisions = iommuRevisions.filter((r) => r.subsystems.includes('mapping'));

test.each(revisions.map((r) => [r.id, r] as const))(
  '%s shows what the scenarios expect of it',
  (id, { deltas }) => {
    for (const { id: scenario, program, expect: expected } of mappingScenarios) {
      const { violations } = explore(program as IommuProgram, deltas);
      const found = [...new Set(violations.map((v) => v.split(':')[0]))];
      expect({ scenario, found }).toEqual({ scenario, found: expected?.[id] ?? [] });
    }
  },
);
