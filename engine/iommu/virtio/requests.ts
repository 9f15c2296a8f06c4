// Requests of the driver to a virtio-iommu device and the device's answers: spec/virtio-domain.md
// §5, §7. Words only; what the device does with a request stands in device.ts.

import { EFAULT, EINVAL, EIO, ENOENT, ENOMEM, ENOSYS, ERANGE } from '../../errno.ts';
import { hex } from '../../hex.ts';
import type { IommuFaultSite } from '../vocabulary/index.ts';
import { type Mapping, mappingText } from './mappings.ts';

export type AttachRequest = {
  readonly type: 'attach';
  readonly domain: number;
  readonly endpoint: number;
  /** VIRTIO_IOMMU_ATTACH_F_BYPASS. */
  readonly bypass: boolean;
};
export type DetachRequest = {
  readonly type: 'detach';
  readonly domain: number;
  readonly endpoint: number;
};
export type MapRequest = { readonly type: 'map'; readonly domain: number } & Mapping;
export type UnmapRequest = {
  readonly type: 'unmap';
  readonly domain: number;
  readonly start: number;
  readonly last: number;
};
export type Request = AttachRequest | DetachRequest | MapRequest | UnmapRequest;

/** VIRTIO_IOMMU_S_*; `none`: the device wrote nothing, the used length is 0. */
export type Status =
  | 'OK'
  | 'UNSUPP'
  | 'INVAL'
  | 'RANGE'
  | 'NOENT'
  | 'FAULT'
  | 'NOMEM'
  | 'IOERR'
  | 'none';

/** viommu_get_req_errno. A request that was not answered failed (spec/virtio-domain.md §7). */
export const errnoOf = {
  OK: 0,
  UNSUPP: ENOSYS,
  INVAL: EINVAL,
  RANGE: ERANGE,
  NOENT: ENOENT,
  FAULT: EFAULT,
  NOMEM: ENOMEM,
  IOERR: EIO,
  none: EIO,
} as const satisfies Record<Status, number>;

/**
 * Where the environment may make the device refuse a request that no rule refuses, and with what.
 * DETACH and UNMAP that are right no device may refuse.
 */
export const refusal: Readonly<
  Record<Request['type'], { readonly site: IommuFaultSite; readonly status: Status } | null>
> = {
  attach: { site: 'virtio_attach', status: 'UNSUPP' },
  detach: null,
  map: { site: 'virtio_map', status: 'NOMEM' },
  unmap: null,
};

export function requestText(request: Request): string {
  const { type, domain } = request;
  switch (request.type) {
    case 'attach':
      return `${type} ep${request.endpoint} d${domain}${request.bypass ? ' bypass' : ''}`;
    case 'detach':
      return `${type} ep${request.endpoint} d${domain}`;
    case 'map':
      return `${type} d${domain} ${mappingText(request)}`;
    case 'unmap':
      return `${type} d${domain} ${hex(request.start)}-${hex(request.last)}`;
    default:
      return request satisfies never;
  }
}
