// Operations whose results the machines do not say, with the reasons: `inert` ones change nothing that
// the machines know; a program with one of the `opaque` is not followed at all. Programs that use VFIO are
// followed by their containers alone.
import { type AnyOp, isKnown } from './oracle.ts';

const devices = 'what a page holds, and which translation is cached, is no state of the machines';
const pages = 'pages and their references are counted by properties of their own';

const vfio = 'groups, devices and pins of VFIO are judged by its properties';

export const inert = {
  dma_read: devices,
  dma_write: devices,
  page_alloc: pages,
  page_free: pages,
  page_pin: pages,
  page_unpin: pages,
  report_fault: 'the answer is the handler’s',
  compose_msi: 'the message follows from the descriptor, which a property looks at',
  vfio_check_extension: vfio,
  vfio_get_info: vfio,
  vfio_dirty_pages: vfio,
  vfio_pin_pages: vfio,
  vfio_unpin_pages: vfio,
  guest_wbinvd: 'what it does is said by properties of KVM',
} as const satisfies Readonly<Record<string, string>>;

const allocator = 'which IOVA it gives is the allocator’s affair, and maps the default domain';
const coreDomains = 'it acts on whatever domain is attached, also on those of the core';
const iommufd = 'iommufd has machines of its own to come; its properties judge the results';

export const opaque = {
  dma_map: allocator,
  dma_unmap: allocator,
  fq_timeout: allocator,
  setup_dma_ops: allocator,
  attached_get_msi_cookie: coreDomains,
  attached_set_fault_handler: coreDomains,
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
} as const satisfies Readonly<Record<string, string>>;

/** The half of the machines that a program is about: containers where it uses VFIO, else the core. */
export type Half = 'core' | 'type1';

const isOfUser = ({ op }: AnyOp): boolean => op.startsWith('vfio_') || op.startsWith('kvm_');

/** Whether this operation is one that the half follows; others are anything. */
export const isOf = (half: Half, op: AnyOp): boolean =>
  isKnown(op) && isOfUser(op) === (half === 'type1');

/** The half that follows a program; null: it has operations that none knows. */
export function halfOf(ops: readonly AnyOp[]): Half | null {
  if (ops.some((op) => Object.hasOwn(opaque, op.op) && !isAllocator(op))) return null;
  if (ops.some(isOfUser)) return 'type1';
  return ops.some(isAllocator) ? null : 'core';
}

/** The DMA API: no matter to containers. */
const isAllocator = ({ op }: AnyOp): boolean =>
  Object.hasOwn(opaque, op) && opaque[op as keyof typeof opaque] === allocator;
