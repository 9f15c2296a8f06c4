// Operations whose results the machines do not say, with the reasons: `inert` ones change nothing that
// the machines know, or nothing of the subject that a program is followed by. A program of the core
// with one of the `opaque` is not followed at all.
import { type AnyOp, isKnown } from './oracle.ts';

const devices = 'what a page holds, and which translation is cached, is no state of the machines';
const pages = 'pages and their references are counted by properties of their own';
const vfio = 'groups, devices and pins of VFIO are judged by its properties';
const iommufd = 'objects and attachments of iommufd are judged by its properties';

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
  hwpt_alloc: iommufd,
  hwpt_destroy: iommufd,
  iommufd_bind: iommufd,
  iommufd_unbind: iommufd,
  iommufd_attach: iommufd,
  iommufd_detach: iommufd,
  page_request: iommufd,
  fault_respond: iommufd,
  hwpt_set_dirty: iommufd,
  hwpt_get_dirty: iommufd,
  guest_wbinvd: 'what it does is said by properties of KVM',
  exec: 'what it does is said by properties of type1',
} as const satisfies Readonly<Record<string, string>>;

const allocator = 'which IOVA it gives is the allocator’s affair, and maps the default domain';
const coreDomains = 'it acts on whatever domain is attached, also on those of the core';

export const opaque = {
  dma_map: allocator,
  dma_unmap: allocator,
  fq_timeout: allocator,
  setup_dma_ops: allocator,
  attached_get_msi_cookie: coreDomains,
  attached_set_fault_handler: coreDomains,
} as const satisfies Readonly<Record<string, string>>;

/**
 * What a program is followed by: the containers where it uses VFIO, the areas where it uses iommufd,
 * else the domains and groups of the core.
 */
export type Subject = 'core' | 'type1' | 'ioas';

function subjectOfOp({ op }: AnyOp): Subject {
  if (/^(vfio|kvm)_/.test(op)) return 'type1';
  return /^(ioas|hwpt|iommufd)_/.test(op) ? 'ioas' : 'core';
}

/** Whether the operation is one that the subject follows; others are anything. */
export const isOf = (subject: Subject, op: AnyOp): boolean =>
  isKnown(op) && subjectOfOp(op) === subject;

/** What follows a program; null: nothing does. */
export function subjectOf(ops: readonly AnyOp[]): Subject | null {
  const subjects = new Set(ops.map(subjectOfOp));
  if (subjects.has('type1')) return 'type1';
  if (subjects.has('ioas')) return 'ioas';
  return ops.some(({ op }) => Object.hasOwn(opaque, op)) ? null : 'core';
}
