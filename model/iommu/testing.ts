// Topologies and shorthands for the tests of this folder. Not part of the public entry.
import { type AnyOp, iommuOracle } from './oracle.ts';
import type { IommuQuirks } from './quirks.ts';
import type { Done } from './run.ts';
import type { IommuModelState } from './state.ts';
import type { DeviceSpec, IommuSpec, KnownOp, Topology } from './vocabulary.ts';

export const PAGE = 0x1000;
export const MB = 0x100000;
export const GB = 0x40000000;

/** Leaves of 4K, 2M and 1G. */
const geometry = { pageShift: 12, levelBits: 9, levels: 4, leafLevels: [0, 1, 2] };

export const device = (parts: Partial<DeviceSpec> = {}): DeviceSpec => ({
  iommu: 0,
  group: 0,
  ...parts,
});

/** Two groups of one device each, unless told otherwise. */
export function host(
  driver: IommuSpec['driver'] = 'intel',
  parts: Partial<Topology> = {},
): Topology {
  const devices = parts.devices ?? [device(), device({ group: 1 })];
  const groups = Math.max(...devices.map((d) => d.group)) + 1;
  return {
    geometry,
    iommus: [{ driver }],
    groups: Array.from({ length: groups }, () => ({})),
    devices,
    ...parts,
  };
}

/** A way in which an operation can go, from its begin to its result. */
export interface Way {
  readonly state: IommuModelState;
  readonly done: Done;
  readonly fault: string | null;
}

export function ways(state: IommuModelState, op: KnownOp | AnyOp): readonly Way[] {
  const open = [{ state, pending: iommuOracle.begin(op) }];
  const ended: Way[] = [];
  for (const at of open) {
    const { done, fault } = at.pending;
    if (done === null) open.push(...iommuOracle.advance(at.state, at.pending));
    else ended.push({ state: at.state, done, fault });
  }
  return ended;
}

export interface Ran {
  readonly state: IommuModelState;
  readonly done: readonly Done[];
}

/** Operations one after the other, each of which can go one way only. */
export function run(
  topology: Topology,
  ops: readonly KnownOp[],
  quirks: Partial<IommuQuirks> = {},
): Ran {
  let state = iommuOracle.initial(topology, { budget: 0, sites: [] }, quirks, [ops]);
  const done = ops.map((op) => {
    const [way, other] = ways(state, op);
    if (way === undefined || other !== undefined)
      throw new Error(`${op.op} can go ${way === undefined ? 'no' : 'more than one'} way`);
    ({ state } = way);
    return way.done;
  });
  return { state, done };
}

export const rets = ({ done }: Ran) => done.map(({ ret }) => ret);

export const alloc = (domain = 0, index = 0): KnownOp => ({
  op: 'domain_alloc',
  domain,
  device: index,
  type: 'unmanaged',
});
export const attach = (domain = 0, group = 0): KnownOp => ({ op: 'attach_group', domain, group });
export const detach = (domain = 0, group = 0): KnownOp => ({ op: 'detach_group', domain, group });
export const replace = (domain: number, group = 0): KnownOp => ({
  op: 'replace_domain',
  domain,
  group,
});
export const free = (domain = 0): KnownOp => ({ op: 'domain_free', domain });
export const claim = (owner = 1, group = 0): KnownOp => ({ op: 'claim_group', group, owner });
export const release = (owner = 1, group = 0): KnownOp => ({ op: 'release_group', group, owner });
export const map = (iova: number, pa: number, size: number, prot = 7): KnownOp => ({
  op: 'iommu_map',
  domain: 0,
  iova,
  pa,
  size,
  prot,
});
export const unmap = (iova: number, size: number): KnownOp => ({
  op: 'iommu_unmap',
  domain: 0,
  iova,
  size,
});

/** Leaves of slot 0 as [iova, size] pairs. */
export const leaves = ({ state }: { readonly state: IommuModelState }) =>
  state.slots[0]?.leaves?.map(({ iova, size }) => [iova, size]);
