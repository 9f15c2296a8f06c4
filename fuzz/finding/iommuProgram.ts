// The schema of a program of the IOMMU stack as a document: the vocabulary of engine/iommu, every key
// and every index checked. What the operations do is the engine's business.

import { z } from 'zod';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import { domainTypes, driverKinds, iommuFaultSites } from '../../engine/iommu/vocabulary/index.ts';
import {
  checkTasks,
  type IndexCheck,
  indexCheck,
  mostTasks,
  operations,
  type Path,
  type Report,
} from './indices.ts';
import { u64 } from './u64.ts';

const count = z.int().min(0);
const optional = z.exactOptional;
const flag = optional(z.literal(true));
const no = optional(z.literal(false));
const slot = z.int().min(0).max(15, 'slots are numbered from 0 to 15');
const header = { shortArgsz: flag, badPointer: flag };
const range = { iova: u64, size: u64 };
const domain = { domain: slot };
const device = { device: count };
const group = { group: count };
const container = { container: count };
const named = <const N extends readonly [string, ...string[]]>(...names: N) => ({
  op: z.enum(names),
});

const coreOps = [
  z.strictObject({ ...named('domain_alloc'), ...domain, ...device, type: z.enum(domainTypes) }),
  z.strictObject({
    ...named('domain_free', 'iotlb_sync', 'flush_iotlb_all', 'set_fault_handler'),
    ...domain,
  }),
  z.strictObject({
    ...named('attach_group', 'detach_group', 'replace_domain'),
    ...domain,
    ...group,
  }),
  z.strictObject({ ...named('attach_device', 'detach_device'), ...domain, ...device }),
  z.strictObject({
    ...named('attach_pasid', 'detach_pasid'),
    ...domain,
    ...device,
    pasid: count,
  }),
  z.strictObject({
    ...named(
      'remove_device',
      'use_default_domain',
      'unuse_default_domain',
      'setup_dma_ops',
      'vfio_register',
      'vfio_unregister',
      'vfio_get_device_fd',
      'vfio_close_device_fd',
      'iommufd_bind',
      'iommufd_unbind',
      'iommufd_detach',
    ),
    ...device,
  }),
  z.strictObject({ ...named('probe_device'), ...device, bus: flag }),
  z.strictObject({
    ...named('set_group_type'),
    ...group,
    type: z.enum(['dma', 'dmaFq', 'identity']),
  }),
  z.strictObject({ ...named('iommu_map'), ...domain, ...range, pa: u64, prot: optional(count) }),
  z.strictObject({
    ...named('iommu_map_sg'),
    ...domain,
    iova: u64,
    segments: z.array(z.strictObject({ pa: u64, size: u64 })),
    prot: optional(count),
  }),
  z.strictObject({
    ...named('iommu_unmap', 'iommu_unmap_fast', 'split_block'),
    ...domain,
    ...range,
  }),
  z.strictObject({ ...named('iova_to_phys'), ...domain, iova: u64 }),
  z.strictObject({ ...named('report_fault'), ...device, iova: u64, write: flag }),
  z.strictObject({ ...named('dma_map'), ...device, pa: u64, size: u64 }),
  z.strictObject({ ...named('dma_unmap'), ...device, ...range }),
  z.strictObject({ ...named('fq_timeout', 'vfio_group_open', 'vfio_group_close'), ...group }),
] as const;

const ownershipOps = [
  z.strictObject({ ...named('claim_group', 'release_group'), ...group, owner: count }),
  z.strictObject({ ...named('claim_device', 'release_device'), ...device, owner: count }),
  z.strictObject({
    ...named('enforce_cache_coherency', 'get_dma_cookie', 'put_dma_cookie', 'put_msi_cookie'),
    ...domain,
  }),
] as const;

const hardwareOps = [
  z.strictObject({
    ...named('dma_read', 'dma_write'),
    ...device,
    iova: u64,
    noSnoop: flag,
    pasid: optional(count),
  }),
  z.strictObject({ ...named('page_alloc', 'page_free', 'page_pin', 'page_unpin'), pa: u64 }),
] as const;

const dirtyOps = [
  z.strictObject({ ...named('merge_page'), ...domain, ...range, prot: optional(count) }),
  z.strictObject({
    ...named('switch_dirty_log'),
    ...domain,
    ...range,
    enable: z.boolean(),
    prot: optional(count),
  }),
  z.strictObject({ ...named('sync_dirty_log'), ...domain, ...range, base: optional(u64) }),
  z.strictObject({
    ...named('clear_dirty_log'),
    ...domain,
    ...range,
    base: optional(u64),
    bits: optional(z.array(count)),
  }),
] as const;

const cookieOps = [
  z.strictObject({ ...named('attached_get_msi_cookie'), ...device, base: u64 }),
  z.strictObject({ ...named('attached_set_fault_handler'), ...device }),
  z.strictObject({ ...named('get_msi_cookie'), ...domain, base: u64 }),
  z.strictObject({ ...named('prepare_msi', 'compose_msi'), ...device, address: u64 }),
  z.strictObject({ ...named('sva_domain_alloc'), ...domain, ...device }),
] as const;

const vfioOps = [
  z.strictObject({ ...named('vfio_set_container'), ...group, ...container }),
  z.strictObject({ ...named('vfio_unset_container'), ...group }),
  z.strictObject({ ...named('vfio_set_iommu'), ...container, type: count }),
  z.strictObject({ ...named('vfio_close_container'), ...container }),
  z.strictObject({ ...named('vfio_check_extension'), ...container, extension: count }),
  z.strictObject({ ...named('vfio_get_info'), ...container, ...header }),
  z.strictObject({
    ...named('vfio_map_dma'),
    ...container,
    ...range,
    va: u64,
    flags: optional(count),
    ...header,
  }),
  z.strictObject({
    ...named('vfio_unmap_dma'),
    ...container,
    ...range,
    flags: optional(count),
    pgsize: optional(u64),
    ...header,
  }),
  z.strictObject({
    ...named('vfio_dirty_pages'),
    ...container,
    flags: count,
    iova: optional(u64),
    size: optional(u64),
    pgsize: optional(u64),
    ...header,
  }),
  z.strictObject({ ...named('vfio_pin_pages', 'vfio_unpin_pages'), ...container, iova: u64 }),
] as const;

const iommufdOps = [
  z.strictObject({ ...named('ioas_alloc'), ioas: slot, smallPages: flag }),
  z.strictObject({ ...named('ioas_destroy'), ioas: slot }),
  z.strictObject({
    ...named('ioas_map'),
    ioas: slot,
    ...range,
    va: u64,
    flags: optional(count),
    ...header,
  }),
  z.strictObject({ ...named('ioas_unmap'), ioas: slot, ...range, cut: flag, ...header }),
  z.strictObject({ ...named('ioas_copy'), ioas: slot, from: slot, ...range, fromIova: u64 }),
  z.strictObject({
    ...named('hwpt_alloc'),
    hwpt: slot,
    ...device,
    ioas: optional(slot),
    parent: optional(slot),
    flags: optional(count),
  }),
  z.strictObject({ ...named('hwpt_destroy'), hwpt: slot }),
  z.strictObject({ ...named('page_request'), ...device }),
  z.strictObject({ ...named('fault_respond'), hwpt: slot, ...device }),
  z.strictObject({
    ...named('iommufd_attach'),
    ...device,
    hwpt: optional(slot),
    ioas: optional(slot),
  }),
  z.strictObject({ ...named('hwpt_set_dirty'), hwpt: slot, enable: z.boolean() }),
  z.strictObject({
    ...named('hwpt_get_dirty'),
    hwpt: slot,
    ...range,
    pgsize: optional(u64),
    flags: optional(count),
  }),
] as const;

const kvmOps = [
  z.strictObject({ ...named('kvm_file_add', 'kvm_file_del'), kvm: count, ...group }),
  z.strictObject({ ...named('guest_wbinvd'), kvm: count }),
  z.strictObject(named('exec')),
] as const;

export const iommuOpSchema = z.discriminatedUnion('op', [
  ...coreOps,
  ...ownershipOps,
  ...hardwareOps,
  ...dirtyOps,
  ...cookieOps,
  ...vfioOps,
  ...iommufdOps,
  ...kvmOps,
]);

const geometry = z.strictObject({
  name: z.string(),
  pageShift: count,
  levelBits: count,
  levels: count,
  leafLevels: z.array(count),
});

const virtio = z.strictObject({
  bypassConfig: flag,
  bypass: flag,
  mmio: flag,
  firstDomain: optional(count),
  lastDomain: optional(count),
  pageShift: optional(count),
  noSharing: flag,
});

const iommu = z.strictObject({
  driver: z.enum(driverKinds),
  aperture: optional(z.strictObject({ start: u64, end: u64 })),
  snoopControl: no,
  coherentWalk: no,
  cachingMode: flag,
  isolatedMsi: no,
  dirtyTracking: flag,
  blockedDomain: flag,
  virtio: optional(virtio),
});

const reserved = z.strictObject({
  start: u64,
  size: u64,
  kind: z.enum(['reserved', 'direct', 'msi', 'swMsi']),
});

export const iommuTopologySchema = z.strictObject({
  geometry,
  iommus: z.array(iommu),
  groups: z.array(z.strictObject({ defaultDomain: optional(z.enum(['dma', 'identity'])) })),
  devices: z.array(
    z.strictObject({
      iommu: count,
      group: count,
      aliasOf: optional(count),
      unplugged: flag,
      noSnoop: flag,
      emulated: flag,
      defDomainType: optional(z.enum(['dma', 'identity'])),
      untrusted: flag,
      kernelDriver: flag,
      attachDeferred: flag,
      reserved: optional(z.array(reserved)),
      maxPasids: optional(count),
      ownPasids: optional(z.array(count)),
      ids: optional(count),
    }),
  ),
  processes: z.array(
    z.strictObject({
      memlockPages: optional(count),
      vmas: z.array(z.strictObject({ start: u64, end: u64, pa: u64 })),
    }),
  ),
  containers: optional(z.array(z.strictObject({ process: count }))),
  kvms: optional(count),
  allowUnsafeInterrupts: flag,
});

/** Indices must name something that the topology has. */
function checkIndices(program: IommuProgram, report: Report): void {
  const { topology: host } = program;
  const check = indexCheck(report);
  host.devices.forEach((d, i) => {
    const at = ['topology', 'devices', i];
    check('iommu', d.iommu, host.iommus.length, [...at, 'iommu']);
    check('group', d.group, host.groups.length, [...at, 'group']);
    check('device', d.aliasOf ?? 0, host.devices.length, [...at, 'aliasOf']);
  });
  (host.containers ?? []).forEach((c, i) =>
    check('process', c.process, host.processes.length, ['topology', 'containers', i, 'process']),
  );
  checkTasks(program, check);
  for (const [path, op] of operations(program)) checkOp(op, program, path, check);
}

function checkOp(op: IommuOp, { topology: host }: IommuProgram, path: Path, check: IndexCheck) {
  if ('device' in op) check('device', op.device, host.devices.length, [...path, 'device']);
  if ('group' in op) check('group', op.group, host.groups.length, [...path, 'group']);
  if ('container' in op)
    check('container', op.container, host.containers?.length ?? 0, [...path, 'container']);
  if ('kvm' in op) check('kvm', op.kvm, host.kvms ?? 0, [...path, 'kvm']);
}

export const iommuProgramSchema = z
  .strictObject({
    system: z.literal('iommu'),
    topology: iommuTopologySchema,
    setup: z.array(iommuOpSchema),
    tasks: z.array(z.strictObject({ process: count, ops: z.array(iommuOpSchema) })).max(mostTasks),
    faults: z.strictObject({ budget: count, sites: z.array(z.enum(iommuFaultSites)) }),
  })
  .superRefine((program, context) => {
    checkIndices(program satisfies IommuProgram, (path, message) =>
      context.addIssue({ code: 'custom', path: [...path], message }),
    );
  });
