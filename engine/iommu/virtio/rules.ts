// When a virtio-iommu device refuses a request: spec/virtio-domain.md §7. In which order it looks
// at its rules, nobody says: any status that applies may come.

import type { HwConfig, HwState } from './device.ts';
import type {
  AttachRequest,
  DetachRequest,
  MapRequest,
  Request,
  Status,
  UnmapRequest,
} from './requests.ts';

/** Statuses that the device may refuse a request with; none: it performs it. */
export function refusals(config: HwConfig, state: HwState, request: Request): readonly Status[] {
  switch (request.type) {
    case 'attach':
      return attachRefusals(config, state, request);
    case 'detach':
      return detachRefusals(state, request);
    case 'map':
      return mapRefusals(config, state, request);
    case 'unmap':
      return unmapRefusals(state, request);
    default:
      return request satisfies never;
  }
}

const those = (rules: readonly (readonly [boolean, Status])[]): readonly Status[] => [
  ...new Set(rules.filter(([applies]) => applies).map(([, status]) => status)),
];

function attachRefusals(config: HwConfig, state: HwState, request: AttachRequest) {
  const domain = state.domain(request.domain);
  const mine = config.deviceOf(request.endpoint);
  const shared = state.attached.some(
    ([ep, id]) => id === request.domain && config.deviceOf(ep) !== mine,
  );
  return those([
    [domain !== null && domain.bypass !== request.bypass, 'INVAL'],
    [config.noSharing && shared, 'UNSUPP'],
  ]);
}

const detachRefusals = (state: HwState, { endpoint, domain }: DetachRequest) =>
  those([[state.domainOf(endpoint) !== domain, 'INVAL']]);

function mapRefusals(config: HwConfig, state: HwState, request: MapRequest) {
  const { start, last, phys, flags } = request;
  const domain = state.domain(request.domain);
  if (domain === null) return ['NOENT'] as const;
  const { granule, inputRange } = config;
  const inRange = start >= inputRange.start && last <= inputRange.end;
  const reserved = state.attached
    .filter(([, id]) => id === request.domain)
    .flatMap(([ep]) => config.reservedOf(ep))
    .some((r) => r.start <= last && r.last >= start);
  return those([
    [start % granule !== 0 || phys % granule !== 0 || (last + 1) % granule !== 0, 'RANGE'],
    [(flags & ~7) !== 0 || domain.bypass, 'INVAL'],
    [domain.mappings.overlapping(start, last).length > 0, 'INVAL'],
    [reserved, 'INVAL'],
    [!inRange, 'RANGE'],
  ]);
}

function unmapRefusals(state: HwState, request: UnmapRequest) {
  const domain = state.domain(request.domain);
  if (domain === null) return ['NOENT'] as const;
  const split = domain.mappings
    .overlapping(request.start, request.last)
    .some((m) => m.start < request.start || m.last > request.last);
  return those([
    [domain.bypass, 'INVAL'],
    [split, 'RANGE'],
  ]);
}
