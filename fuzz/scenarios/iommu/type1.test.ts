// The scenarios of VFIO, type1 and KVM: the reference holds on all of them, and each defect shows
// in one of them by the property that it names.

import { describe, expect, test } from 'vitest';
import { type1Deltas } from '../../../engine/defects/iommu/type1/index.ts';
import type { IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { type1Scenarios } from './type1.ts';

const programOf = (id: string) => type1Scenarios.find((s) => s.id === id)!.program as IommuProgram;

describe('the reference holds', () => {
  test.each(type1Scenarios.map((s) => [s.id] as const))('%s', (id) => {
    const { violations, complete } = explore(programOf(id));
    expect({ violations, complete }).toEqual({ violations: [], complete: true });
  });
});

describe('each defect is found', () => {
  const shownBy: Readonly<Record<string, string>> = {
    'VFIO-end-wraps': 'type1/last-page',
    'VFIO-map-unwind': 'type1/two-domains-refused',
    'VFIO-replay-unwind': 'type1/replay-refused',
    'VFIO-owner-change': 'type1/owner-change',
    'VFIO-exec-accounts': 'type1/exec',
    'VFIO-unpin-first': 'type1/unmap-dma',
    'VFIO-dma-avail': 'type1/map-unmap',
    'VFIO-write-always': 'type1/read-only',
    'VFIO-ioctl-unlocked': 'type1/ioctl-last-group',
    'VFIO-shared-unlike': 'type1/unlike-groups',
    'VFIO-not-coherent': 'type1/not-coherent',
    'VFIO-first-isolated': 'type1/isolated',
    'VFIO-unset-in-use': 'type1/unset-open',
    'VFIO-open-count': 'type1/open-set-iommu',
    'VFIO-iova-list-kept': 'type1/reserved-leaves',
    'VFIO-vaddr-mediated': 'type1/vaddr-mediated',
    'VFIO-emulated-left': 'type1/mediated-leaves',
    'VFIO-pin-leak': 'type1/pin-refused',
    'VFIO-scope-promoted': 'type1/dirty-group-leaves',
    'VFIO-bitmap-unwind': 'type1/dirty-start-refused',
    'KVM-stale-container': 'kvm/add-then-container',
    'KVM-stale-devices': 'kvm/device-bound-later',
    'KVM-lock-cycle': 'kvm/open-add',
    'KVM-entry-after-unlock': 'kvm/add-del',
  };
  /** What the same defect shows there, too. */
  const besides: Readonly<Record<string, readonly string[]>> = {
    'VFIO-ioctl-unlocked': ['leak'],
    'KVM-lock-cycle': ['deadlock'],
  };
  test.each(type1Deltas.filter((d) => d.kind === 'defect').map((d) => [d.id, d] as const))(
    '%s',
    (id, delta) => {
      const { violations } = explore(programOf(shownBy[id] ?? ''), [delta]);
      const properties = [...new Set(violations.map((v) => v.split(':')[0]))];
      expect(properties).toEqual([...(besides[id] ?? []), delta.violates]);
    },
  );
});
