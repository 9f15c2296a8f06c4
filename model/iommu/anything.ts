// Operations whose results the machines do not say, with the reasons: `inert` ones change nothing that
// the machines know; a program with one of the `opaque` is not followed at all.
import { type AnyOp, isKnown } from './oracle.ts';

const devices = 'what a page holds, and which translation is cached, is no state of the machines';
const pages = 'pages and their references are counted by properties of their own';

export const inert = {
  dma_read: devices,
  dma_write: devices,
  page_alloc: pages,
  page_free: pages,
  page_pin: pages,
  page_unpin: pages,
  report_fault: 'the answer is the handler’s',
  compose_msi: 'the message follows from the descriptor, which a property looks at',
  guest_wbinvd: 'what it does is said by properties of KVM',
} as const satisfies Readonly<Record<string, string>>;

const allocator = 'which IOVA it gives is the allocator’s affair, and maps the default domain';
const coreDomains = 'it acts on whatever domain is attached, also on those of the core';
const vfio =
  'VFIO and type1 have machines of their own to come; their properties judge the results';
const iommufd = 'iommufd has machines of its own to come; its properties judge the results';
const kvm = 'it needs open VFIO groups';

export const opaque = {
  dma_map: allocator,
  dma_unmap: allocator,
  fq_timeout: allocator,
  setup_dma_ops: allocator,
  attached_get_msi_cookie: coreDomains,
  attached_set_fault_handler: coreDomains,
  vfio_register: vfio,
  vfio_unregister: vfio,
  vfio_group_open: vfio,
  vfio_group_close: vfio,
  vfio_set_container: vfio,
  vfio_unset_container: vfio,
  vfio_set_iommu: vfio,
  vfio_close_container: vfio,
  vfio_get_device_fd: vfio,
  vfio_close_device_fd: vfio,
  vfio_check_extension: vfio,
  vfio_get_info: vfio,
  vfio_map_dma: vfio,
  vfio_unmap_dma: vfio,
  vfio_dirty_pages: vfio,
  vfio_pin_pages: vfio,
  vfio_unpin_pages: vfio,
  ioas_alloc: iommufd,
  ioas_map: iommufd,
  ioas_unmap: iommufd,
  ioas_copy: iommufd,
  ioas_destroy: iommufd,
  hwpt_alloc: iommufd,
  hwpt_destroy: iommufd,
  iommufd_bind: iommufd,
  iommufd_unbind: iommufd,
  iommufd_attach: iommufd,
  iommufd_detach: iommufd,
  hwpt_set_dirty: iommufd,
  hwpt_get_dirty: iommufd,
  kvm_file_add: kvm,
  kvm_file_del: kvm,
} as const satisfies Readonly<Record<string, string>>;

/** Whether a program's operations are all known or change nothing. */
export const isFollowed = (ops: readonly AnyOp[]): boolean =>
  ops.every((op) => isKnown(op) || Object.hasOwn(inert, op.op));
