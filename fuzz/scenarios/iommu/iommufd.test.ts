// The reference holds on every scenario of iommufd; every defect alone is found by what it names.

import { expect, test } from 'vitest';
import { iommufdDeltas } from '../../../engine/defects/iommu/iommufd/index.ts';
import type { IommuProgram } from '../../../engine/iommu/index.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { iommufdScenarios } from './iommufd.ts';

test.each(iommufdScenarios)('$id: the reference holds', ({ program }) => {
  const { violations, complete, states } = explore(program as IommuProgram);
  expect({ violations, complete }).toEqual({ violations: [], complete: true });
  expect(states).toBeLessThan(150_000);
});

test.each(iommufdDeltas.map((d) => [d.id, d.violates, d] as const))(
  '%s alone violates %s',
  (_, violates, delta) => {
    const found = iommufdScenarios.flatMap(({ program }) =>
      explore(program as IommuProgram, [delta]).violations.map((v) => v.split(':')[0]),
    );
    expect(found).toContain(violates);
  },
);
