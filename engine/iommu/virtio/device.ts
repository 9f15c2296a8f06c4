// The device side of virtio-iommu, as its specification has it: spec/virtio-domain.md §7. All that
// the device knows is one value, so that it performs a request in one step; when it refuses one,
// says rules.ts. Nothing of the driver is here.

import { type Hashed, hashString, hashString2 } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import { mapFlag, type Mapping, type Mappings, noMappings } from './mappings.ts';
import { type AttachRequest, type Request, requestText, type Status } from './requests.ts';

/** A domain exists at the device while endpoints are in it. */
export interface HwDomain {
  readonly id: number;
  readonly bypass: boolean;
  readonly mappings: Mappings;
}

/** A request in the queue; a status once the device has performed it. */
export interface Queued {
  readonly request: Request;
  readonly status: Status | null;
}

export interface HwFields {
  readonly domains: readonly HwDomain[];
  /** Endpoint and the domain that it is attached to, in order of the endpoints. */
  readonly attached: readonly (readonly [endpoint: number, domain: number])[];
  readonly queue: readonly Queued[];
  /** Requests answered by a used length of 0 and not repeated since: for the properties. */
  readonly unanswered: readonly string[];
}

/** What a device is like: constants of its configuration. */
export interface HwConfig {
  readonly granule: number;
  readonly inputRange: { readonly start: U64; readonly end: U64 };
  /** config.bypass: endpoints that are attached nowhere pass through. */
  readonly bypass: boolean;
  readonly noSharing: boolean;
  /** Endpoints of the same device of the host share what they share. */
  readonly deviceOf: (endpoint: number) => number;
  /** RESV_MEM properties of an endpoint. */
  readonly reservedOf: (endpoint: number) => readonly { readonly start: U64; readonly last: U64 }[];
}

export class HwState implements Hashed, HwFields {
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly domains: readonly HwDomain[];
  readonly attached: HwFields['attached'];
  readonly queue: readonly Queued[];
  readonly unanswered: readonly string[];

  constructor(name: string, { domains, attached, queue, unanswered }: HwFields) {
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
    this.domains = domains;
    this.attached = attached;
    this.queue = queue;
    this.unanswered = unanswered;
  }

  with(changes: Partial<HwFields>): HwState {
    const { domains, attached, queue, unanswered } = this;
    return hwState({ domains, attached, queue, unanswered, ...changes });
  }

  domain(id: number): HwDomain | null {
    return this.domains.find((d) => d.id === id) ?? null;
  }

  /** The domain that an endpoint is attached to; null: none. */
  domainOf(endpoint: number): number | null {
    return this.attached.find(([ep]) => ep === endpoint)?.[1] ?? null;
  }

  /** The first request that is still to be performed. */
  get pending(): Request | null {
    return this.queue.find((q) => q.status === null)?.request ?? null;
  }

  /** After that request was answered. */
  answered(status: Status): HwState {
    const at = this.queue.findIndex((q) => q.status === null);
    const { request } = this.queue[at] as Queued;
    return this.with({ queue: this.queue.with(at, { request, status }) });
  }
}

const known = new Map<string, HwState>();

/** The one state with these fields. */
export function hwState(fields: HwFields): HwState {
  const text = ({ id, bypass, mappings }: HwDomain) =>
    `d${id}${bypass ? ' bypass' : mappings.name}`;
  const name = [
    fields.domains.map(text).join(' '),
    fields.attached.map(([ep, id]) => `ep${ep}:d${id}`).join(' '),
    fields.queue.map((q) => `${requestText(q.request)} ${q.status ?? '…'}`).join(', '),
    fields.unanswered.join(', '),
  ].join(' | ');
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new HwState(name, fields)));
  return value;
}

export const idleDevice = hwState({ domains: [], attached: [], queue: [], unanswered: [] });

/** After a request that no rule refuses. */
export function performed(state: HwState, request: Request): HwState {
  const text = requestText(request);
  const isNew = !state.unanswered.includes(text);
  const next = isNew
    ? state
    : state.with({ unanswered: state.unanswered.filter((t) => t !== text) });
  return apply(next, request);
}

function apply(state: HwState, request: Request): HwState {
  switch (request.type) {
    case 'attach':
      return attach(detach(state, request.endpoint, request.domain), request);
    case 'detach':
      return detach(state, request.endpoint, null);
    case 'map': {
      const { start, last, phys, flags } = request;
      return remap(state, request.domain, (m) => m.with({ start, last, phys, flags }));
    }
    case 'unmap': {
      const { start, last } = request;
      return remap(state, request.domain, (m) => m.without(m.overlapping(start, last)));
    }
    default:
      return request satisfies never;
  }
}

function attach(state: HwState, { endpoint, domain, bypass }: AttachRequest): HwState {
  if (state.domainOf(endpoint) === domain) return state;
  const domains = state.domains.toSpliced(0, 0);
  if (state.domain(domain) === null) {
    domains.push({ id: domain, bypass, mappings: noMappings });
    domains.sort((a, b) => a.id - b.id);
  }
  const attached = [...state.attached, [endpoint, domain] as const].sort(([a], [b]) => a - b);
  return state.with({ domains, attached });
}

/** The endpoint leaves its domain, unless that is `keep`; with the last one the domain goes. */
function detach(state: HwState, endpoint: number, keep: number | null): HwState {
  const old = state.domainOf(endpoint);
  if (old === null || old === keep) return state;
  const attached = state.attached.filter(([ep]) => ep !== endpoint);
  const last = !attached.some(([, id]) => id === old);
  const domains = last ? state.domains.filter((d) => d.id !== old) : state.domains;
  return state.with({ domains, attached });
}

function remap(state: HwState, id: number, change: (m: Mappings) => Mappings): HwState {
  const domains = state.domains.map((d) =>
    d.id === id ? { ...d, mappings: change(d.mappings) } : d,
  );
  return state.with({ domains });
}

/** Where DMA of an endpoint goes; null: it faults. */
export function translated(
  config: HwConfig,
  state: HwState,
  endpoint: number,
  iova: U64,
  write: boolean,
): U64 | null {
  const id = state.domainOf(endpoint);
  if (id === null) return config.bypass ? iova : null;
  const domain = state.domain(id) as HwDomain;
  if (domain.bypass) return iova;
  const wanted = write ? mapFlag.write : mapFlag.read;
  const [found] = domain.mappings.overlapping(iova, iova) as [Mapping?];
  if (found === undefined || (found.flags & wanted) === 0) return null;
  return found.phys + (iova - found.start);
}
