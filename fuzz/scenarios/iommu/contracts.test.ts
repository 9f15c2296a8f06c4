// Careless callers are told so on the reference: by the contract that they break, and by nothing else.

import { expect, test } from 'vitest';
import type { IommuProgram } from '../../../engine/iommu/index.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { contractScenarios } from './contracts.ts';

test('each careless program breaks its contract', () => {
  const broken = contractScenarios.map(({ id, program }) => {
    const { violations, complete } = explore(program as IommuProgram);
    expect(complete).toBe(true);
    return `${id}: ${violations.join(', ')}`;
  });
  expect(broken).toMatchInlineSnapshot(`
    [
      "contract/map-map: broken-contract: map || map",
      "contract/map-unmap: broken-contract: map || unmap",
      "contract/map-split: broken-contract: map || split",
      "contract/unmap-merge: broken-contract: merge || unmap",
      "contract/unmap-switch: broken-contract: switch || unmap",
      "contract/clear-unreported: broken-contract: clear of what no sync has reported",
      "contract/free-attach: broken-contract: attach || free",
      "contract/map-before-sync: broken-contract: map before the sync of an unmap",
      "contract/reuse-before-sync: broken-contract: page freed before the sync",
    ]
  `);
});
