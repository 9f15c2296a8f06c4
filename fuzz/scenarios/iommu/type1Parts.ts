// What the scenarios of VFIO are written in: small hosts with a container, and the usual
// operations.

import type { IommuOp, IommuTopology } from '../../../engine/iommu/vocabulary/index.ts';
import { device, host, memory, page } from './hosts.ts';

export const register = (at = 0): IommuOp => ({ op: 'vfio_register', device: at });
export const open = (group = 0): IommuOp => ({ op: 'vfio_group_open', group });
export const close = (group = 0): IommuOp => ({ op: 'vfio_group_close', group });
export const join = (group = 0, container = 0): IommuOp => ({
  op: 'vfio_set_container',
  group,
  container,
});
export const leave = (group = 0): IommuOp => ({ op: 'vfio_unset_container', group });
export const setIommu = (type = 3, container = 0): IommuOp => ({
  op: 'vfio_set_iommu',
  container,
  type,
});
export const deviceFd = (at = 0): IommuOp => ({ op: 'vfio_get_device_fd', device: at });
export const closeDevice = (at = 0): IommuOp => ({ op: 'vfio_close_device_fd', device: at });

/** Arguments in pages: `at` is a page of IOVA, `from` of memory. */
export const map = (at: number, pages = 1, from = at, more: object = {}): IommuOp => ({
  op: 'vfio_map_dma',
  container: 0,
  iova: at * page,
  va: memory + from * page,
  size: pages * page,
  ...more,
});

export const unmap = (at: number, pages = 1, more: object = {}): IommuOp => ({
  op: 'vfio_unmap_dma',
  container: 0,
  iova: at * page,
  size: pages * page,
  ...more,
});

export const write = (at: number, by = 0): IommuOp => ({
  op: 'dma_write',
  device: by,
  iova: at * page,
});

export const pin = (at: number): IommuOp => ({
  op: 'vfio_pin_pages',
  container: 0,
  iova: at * page,
});

export const dirty = (flags: number, more: object = {}): IommuOp => ({
  op: 'vfio_dirty_pages',
  container: 0,
  flags,
  ...more,
});

/** A group whose device is registered, and the group open. */
export const opened = (group = 0): IommuOp[] => [register(group), open(group)];

/** That group in a container with type1. */
export const ready = (group = 0): IommuOp[] => [...opened(group), join(group), setIommu()];

/** One container of process 0. */
export const one = (parts: Partial<IommuTopology> = {}): IommuTopology =>
  host({ containers: [{ process: 0 }], ...parts });

/** Two groups of one device each; by what the second differs. */
export const two = (parts: Partial<IommuTopology> = {}, second = {}): IommuTopology =>
  one({ groups: [{}, {}], devices: [device(), device({ group: 1, ...second })], ...parts });

/** A device in group 0, a mediated one in group 1. */
export const mediated = (parts: Partial<IommuTopology> = {}): IommuTopology =>
  two(parts, { emulated: true });

/** The mediated device of group 1 alone in a container with type1, and open. */
export const mediatedReady: readonly IommuOp[] = [...ready(1), deviceFd(1)];
