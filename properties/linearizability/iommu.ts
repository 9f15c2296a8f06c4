// What operations of the IOMMU stack promise: spec/iommu-core.md §8 has their locks and what callers
// must keep apart.

import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { KnownOpName } from '../../model/iommu/index.ts';
import { open, parts, type Promises, step, type Whole } from './promise.ts';

const slot =
  'the client’s slot is another object than the domain: it is written in a step of its own';
const cookie = 'the tag of a domain’s cookie is changed once';
const group = 'holds group->mutex from its checks to its end';
const log = 'callers keep calls on one range apart; switch_log_lock does the rest';
const areas = 'holds iova_rwsem for write';
const container = 'holds iommu->lock from its checks to its end';
const vfio = 'what it does to groups and devices is judged by properties of VFIO';

/** What an owner holds is noted by the owner itself, beside the kernel: by one task, nobody sees it. */
function isOneTasks(op: Claiming, { setup, tasks, topology }: IommuProgram): boolean {
  const groupOf = (other: Claiming) =>
    'group' in other ? other.group : topology.devices[other.device]?.group;
  const isClaim = (other: IommuOp) =>
    isClaiming(other) && other.owner === op.owner && groupOf(other) === groupOf(op);
  return (
    [setup, ...tasks.map((t) => t.ops)].slice(1).filter((ops) => ops.some(isClaim)).length <= 1
  );
}

const claiming = ['claim_group', 'release_group', 'claim_device', 'release_device'] as const;
type Claiming = Extract<IommuOp, { readonly op: (typeof claiming)[number] }>;
const isClaiming = (op: IommuOp): op is Claiming => (claiming as readonly string[]).includes(op.op);

const owned: Whole<Claiming, IommuProgram> = {
  promise: 'whole',
  why: group,
  where: 'one task makes all claims of that owner on the group',
  applies: isOneTasks,
};

type Mapping = Extract<IommuOp, { readonly op: 'iommu_map' | 'iommu_unmap' | 'iommu_unmap_fast' }>;

const isPage = ({ size }: Mapping, { topology }: IommuProgram): boolean =>
  size === 2 ** topology.geometry.pageShift;

const isLookedUp = ({ setup, tasks }: IommuProgram): boolean =>
  [...setup, ...tasks.flatMap((t) => t.ops)].some(({ op }) => op === 'iova_to_phys');

/** A map that is refused after it has written its entry takes it back. */
const mayBeTakenBack = ({ topology, faults }: IommuProgram): boolean =>
  topology.iommus.some(({ driver }) => driver === 'virtio') ||
  (faults.budget > 0 && faults.sites.includes('iotlb_sync_map'));

const unmapsPage: Whole<Mapping, IommuProgram> = {
  promise: 'whole',
  why: 'one entry is exchanged; those who look up hold no lock (§8)',
  where: 'it is of one page, and somebody looks up',
  applies: (op, program) => isPage(op, program) && isLookedUp(program),
};

export const iommuPromises: Promises<KnownOpName, IommuOp, IommuProgram> = {
  domain_alloc: parts(slot),
  sva_domain_alloc: parts(slot),
  domain_free: parts(slot),
  enforce_cache_coherency: step('the flag is set, and taken back, before anyone relies on it'),
  iotlb_sync: step('changes nothing that a result depends on'),
  flush_iotlb_all: step('changes nothing that a result depends on'),
  set_fault_handler: step(cookie),
  get_dma_cookie: step(cookie),
  get_msi_cookie: step(cookie),
  put_dma_cookie: step(cookie),
  put_msi_cookie: step(cookie),
  prepare_msi: step(group),
  attach_group: step(group),
  detach_group: step(group),
  replace_domain: step(group),
  attach_device: step(group),
  detach_device: step(group),
  attach_pasid: step(group),
  detach_pasid: step(group),
  claim_group: owned,
  release_group: owned,
  claim_device: owned,
  release_device: owned,
  use_default_domain: step(group),
  unuse_default_domain: step(group),
  probe_device: parts('the device knows its group before the group knows it (§3)'),
  remove_device: parts(
    'the driver is unbound before the device leaves: others may claim the group',
  ),
  set_group_type: step(group),
  iommu_map: {
    promise: 'whole',
    why: 'one entry is written; those who look up hold no lock (§8)',
    where: 'it is of one page, its driver does not take it back, and somebody looks up',
    applies: (op: IommuOp, program) =>
      isPage(op as Mapping, program) && isLookedUp(program) && !mayBeTakenBack(program),
  },
  iommu_map_sg: parts('entry by entry, and what an error leaves is unmapped again'),
  iommu_unmap: unmapsPage,
  iommu_unmap_fast: unmapsPage,
  iova_to_phys: step('one walk, of entries that are each read once'),
  split_block: step(log),
  merge_page: step(log),
  switch_dirty_log: step(log),
  sync_dirty_log: step(log),
  clear_dirty_log: step(log),
  ioas_alloc: step(areas),
  ioas_destroy: step(areas),
  ioas_map: parts(
    'the area is there, for others to find busy, while its pages are pinned and mapped',
  ),
  ioas_unmap: parts(
    'drops iova_rwsem for each area: others find it busy, or map a new one behind it',
  ),
  ioas_copy: open('which areas it makes follows from others; properties of iommufd judge it'),
  vfio_set_iommu: open(vfio),
  vfio_map_dma: step(container),
  vfio_unmap_dma: step(container),
  vfio_close_container: open(vfio),
  vfio_register: open(vfio),
  vfio_unregister: open(vfio),
  vfio_group_open: open(vfio),
  vfio_group_close: open(vfio),
  vfio_set_container: open(vfio),
  vfio_unset_container: open(vfio),
  vfio_get_device_fd: open(vfio),
  vfio_close_device_fd: open(vfio),
  kvm_file_add: open(vfio),
  kvm_file_del: open(vfio),
};
