// KVM's list of files and WBINVD: spec/coherency-and-ownership.md §3.

import { expect, test } from 'vitest';
import * as t from '../../../fuzz/scenarios/iommu/type1Parts.ts';
import { refusing, run } from '../../../test/iommu/host.ts';
import { EBADF, EEXIST, ENOENT, ENOMEM } from '../../errno.ts';
import type { IommuOp, IommuSpec } from '../vocabulary/index.ts';

const add: IommuOp = { op: 'kvm_file_add', kvm: 0, group: 0 };
const del: IommuOp = { op: 'kvm_file_del', kvm: 0, group: 0 };
const wbinvd: IommuOp = { op: 'guest_wbinvd', kvm: 0 };

const behind = (iommu: IommuSpec = { driver: 'intel' }) => t.one({ iommus: [iommu], kvms: 1 });

test('errors of FILE_ADD and FILE_DEL', () => {
  const calls = [add, ...t.opened(), del, refusing({ kzalloc: 0 }, add), add, add, del, del];
  const host = run(calls, behind());
  expect(host.rets).toEqual([EBADF, 0, 0, ENOENT, ENOMEM, 0, EEXIST, 0, ENOENT]);
  host.exit();
});

test.each([
  ['Intel with snoop control', { driver: 'intel' }, 0],
  ['Intel without', { driver: 'intel', snoopControl: false }, 1],
  ['AMD', { driver: 'amd' }, 0],
  ['Arm', { driver: 'arm' }, 1],
] as const)('%s: whether WBINVD is done', (_, iommu, done) => {
  const host = run([...t.opened(), wbinvd, add, wbinvd, del, wbinvd], behind(iommu));
  const answers = host.results.filter((r) => r.out !== undefined).map((r) => r.out?.['done']);
  expect(answers).toEqual([0, done, 0]);
});

test('a file in the list keeps its group open, and the container with it', () => {
  const host = run([...t.ready(), add, t.close()], behind());
  expect(host.world.vfio.containers[0]?.iommuData.stored).not.toBeNull();
  host.exit();
  expect(host.world.vfio.containers[0]?.iommuData.stored).toBeNull();
});
