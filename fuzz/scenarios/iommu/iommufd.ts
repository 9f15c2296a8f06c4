// Scenarios of iommufd: spec/iommu-core.md §6, §12 S9 to S11, §13, and its real bugs.

import type {
  IommuFaultSite,
  IommuOp,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { device, host, memory, page, program } from './hosts.ts';

const ioas = (n = 0): IommuOp => ({ op: 'ioas_alloc', ioas: n });
const map = (at: number, pages = 1, from = at, more: object = {}): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: at * page,
  va: memory + from * page,
  size: pages * page,
  ...more,
});
const unmap = (at: number, pages = 1, more: object = {}): IommuOp => ({
  op: 'ioas_unmap',
  ioas: 0,
  iova: at * page,
  size: pages * page,
  ...more,
});
const hwpt = (n = 0, more: object = {}): IommuOp => ({
  op: 'hwpt_alloc',
  hwpt: n,
  device: 0,
  ...('parent' in more ? {} : { ioas: 0 }),
  ...more,
});
const destroyHwpt = (n = 0): IommuOp => ({ op: 'hwpt_destroy', hwpt: n });
const destroy: IommuOp = { op: 'ioas_destroy', ioas: 0 };
const bind = (dev = 0): IommuOp => ({ op: 'iommufd_bind', device: dev });
const unbind = (dev = 0): IommuOp => ({ op: 'iommufd_unbind', device: dev });
const attach = (to: object = { ioas: 0 }, dev = 0): IommuOp => ({
  op: 'iommufd_attach',
  device: dev,
  ...to,
});
const detach = (dev = 0): IommuOp => ({ op: 'iommufd_detach', device: dev });
const prepare: IommuOp = { op: 'prepare_msi', device: 0, address: 0xfee00000 };

const reserved = [{ start: 0x10000, size: page, kind: 'reserved' }] as const;
const window = [{ start: 0x8000, size: 4 * page, kind: 'swMsi' }] as const;
const pair = host({ devices: [device(), device()] });
const groups = host({ groups: [{}, {}], devices: [device(), device({ group: 1 })] });

interface About {
  readonly title: string;
  readonly about: string;
  readonly on?: IommuTopology;
  readonly setup?: readonly IommuOp[];
  readonly tasks: readonly (readonly IommuOp[])[];
  readonly refuse?: readonly IommuFaultSite[];
  readonly expect?: Scenario['expect'];
}

/** iommufd came with 6.2. */
const scenario = (
  id: string,
  { title, about, on, setup, tasks, refuse, expect }: About,
): Scenario => ({
  id: `iommufd/${id}`,
  title,
  about,
  subsystem: 'mapping',
  notOn: ['core/6.0', 'core/6.1'],
  expect: expect ?? {},
  program: program(on ?? host(), setup ?? [], tasks, refuse),
});

export const iommufdScenarios: readonly Scenario[] = [
  scenario('map', {
    title: 'map, attach, unmap: pages are pinned while a domain has them',
    about: 'spec/iommu-core.md §7.4 to §7.6',
    tasks: [
      [ioas(), map(1, 2), bind(), attach(), map(4), unmap(1, 2), detach(), unbind(), destroy],
    ],
  }),
  scenario('map-fails', {
    title: 'MAP that fails at any point leaves nothing',
    about: 'spec/iommu-core.md §6: the area is removed on error',
    setup: [ioas(), bind(), attach()],
    tasks: [[map(1, 2), map(1, 2)]],
    refuse: ['kzalloc', 'pin', 'map_pages', 'page_table'],
  }),
  scenario('map-or-unmap', {
    title: 'MAP and UNMAP of one range',
    about: 'spec/iommu-core.md §12 S9: UNMAP is 0, -ENOENT or -EBUSY, never partial',
    setup: [ioas(), bind(), attach()],
    tasks: [[map(1, 2)], [unmap(1, 2)]],
  }),
  scenario('map-twice', {
    title: 'two MAPs of one range: one is -EEXIST',
    about: 'the range is taken before anything is mapped',
    setup: [ioas(), bind(), attach()],
    tasks: [[map(1)], [map(1, 1, 2)]],
  }),
  scenario('hwpt-or-map', {
    title: 'a hwpt is allocated during MAP',
    about: 'spec/iommu-core.md §12 S10: the new domain has the area, by one of the two',
    setup: [ioas(), bind()],
    tasks: [[map(1)], [hwpt()]],
  }),
  scenario('hwpt-or-unmap', {
    title: 'a hwpt is allocated during UNMAP',
    about: 'an area that is torn down is not put into a new domain',
    setup: [ioas(), bind(), attach(), map(1)],
    tasks: [[unmap(1)], [hwpt()]],
  }),
  scenario('hwpt-gone-or-map', {
    title: 'the only hwpt goes during MAP',
    about: 'the area is left without pins, or never had any',
    setup: [ioas(), bind(), hwpt()],
    tasks: [[map(1)], [destroyHwpt()]],
  }),
  scenario('destroy-used', {
    title: 'an IOAS with a hwpt cannot be destroyed',
    about: 'spec/iommu-core.md §12 S11: -EBUSY, then 0, then -ENOENT',
    tasks: [[ioas(), bind(), hwpt(), destroy, destroyHwpt(), destroy, destroy]],
  }),
  scenario('destroy-or-map', {
    title: 'DESTROY while an ioctl uses the IOAS',
    about: 'real-bugs.md B24: freed strictly after the last put',
    setup: [ioas()],
    tasks: [[map(1)], [destroy]],
  }),
  scenario('unbind-or-alloc', {
    title: 'a device is unbound while a hwpt is allocated for it',
    about: 'unbinding waits for the ioctl',
    setup: [ioas(), bind()],
    tasks: [[hwpt()], [unbind()]],
  }),
  scenario('unmap-cuts', {
    title: 'UNMAP that would cut an area has unmapped those before it',
    about: 'spec/iommu-core.md §13: -ENOENT, and the first area is gone',
    setup: [ioas(), bind(), attach(), map(1), map(2, 2)],
    tasks: [[unmap(1, 2), unmap(2, 2), unmap(2, 2)]],
  }),
  scenario('cut', {
    title: 'a part of an area is unmapped as type1 v1 may',
    about: 'real-bugs.md B31: domains_itree is the set of live areas',
    setup: [{ op: 'ioas_alloc', ioas: 0, smallPages: true }, bind(), attach(), map(1, 2)],
    tasks: [[unmap(1, 1, { cut: true }), unmap(2)]],
    refuse: ['kzalloc'],
  }),
  scenario('copy', {
    title: 'a copy keeps its pages when the original goes',
    about: 'spec/iommu-core.md §7.4: the union of what domains have',
    setup: [ioas(), bind(), attach(), map(1, 2)],
    tasks: [
      [
        { op: 'ioas_copy', ioas: 0, from: 0, iova: 5 * page, fromIova: 2 * page, size: page },
        unmap(1, 2),
        unmap(5),
      ],
    ],
  }),
  scenario('copy-or-unmap', {
    title: 'COPY while its source is unmapped',
    about: 'real-bugs.md B30: all of the range or -ENOENT, and no area that was freed',
    setup: [ioas(), bind(), attach(), map(1)],
    tasks: [
      [{ op: 'ioas_copy', ioas: 0, from: 0, iova: 5 * page, fromIova: page, size: page }],
      [unmap(1)],
    ],
  }),
  scenario('unmap-twice', {
    title: 'two UNMAPs that overlap',
    about: 'each area goes once',
    setup: [ioas(), bind(), attach(), map(1), map(2)],
    tasks: [[unmap(1, 2)], [unmap(2)]],
  }),
  scenario('attach-or-map', {
    title: 'a device is attached to the IOAS during MAP',
    about: 'the hwpt that attaching makes has the area',
    on: host({ devices: [device({ reserved })] }),
    setup: [ioas(), bind()],
    tasks: [[attach(), { op: 'dma_write', device: 0, iova: page }], [map(1)]],
  }),
  scenario('two-domains', {
    title: 'MAP into two domains, of which the second refuses',
    about: 'all domains have the area, or none',
    setup: [ioas(), bind(), hwpt(0), hwpt(1)],
    tasks: [[map(1), destroyHwpt(0), unmap(1)]],
    refuse: ['map_pages'],
  }),
  scenario('alloc-fails', {
    title: 'a hwpt that cannot be made leaves nothing',
    about: 'spec/cookies.md §4, last row',
    setup: [ioas(), bind(), map(1)],
    tasks: [[hwpt(), hwpt()]],
    refuse: ['kzalloc', 'domain_alloc', 'pin', 'map_pages'],
  }),
  scenario('anywhere', {
    title: 'a huge mapping without a fixed IOVA',
    about: 'real-bugs.md 43: no place for it, rather than the wrong one',
    tasks: [
      [
        ioas(),
        { op: 'ioas_map', ioas: 0, iova: 2 ** 63, va: memory, size: page },
        map(2),
        { op: 'ioas_map', ioas: 0, iova: 0, va: 0, size: 2 ** 62 + 2 ** 61, flags: 6 },
        map(0, 1, 0, { flags: 6 }),
      ],
    ],
  }),
  scenario('wrap', {
    title: 'user addresses that wrap around',
    about: 'real-bugs.md 29: -EOVERFLOW',
    tasks: [[ioas(), { op: 'ioas_map', ioas: 0, iova: 0, va: 2 ** 64 - 2 ** 14, size: 2 ** 15 }]],
  }),
  scenario('replace', {
    title: 'a replace that fails changes nothing',
    about: 'real-bugs.md 36: the reserved ranges of the device stay where it stays',
    on: host({ devices: [device({ reserved })] }),
    setup: [ioas(), ioas(1), bind(), hwpt(0), hwpt(1), hwpt(2, { ioas: 1 }), attach({ hwpt: 0 })],
    tasks: [[attach({ hwpt: 1 }), attach({ hwpt: 2 }), detach()]],
    refuse: ['attach_dev', 'kzalloc'],
    expect: { 'core/6.12': ['CORE-007', 'IFD-008'] },
  }),
  scenario('replace-by-ioas', {
    title: 'a replace by an IOAS makes a hwpt, or leaves none',
    about: 'spec/cookies.md §8 M8',
    setup: [ioas(), ioas(1), bind(), attach({ ioas: 1 })],
    tasks: [[attach(), map(1)]],
    refuse: ['attach_dev', 'kzalloc'],
    // A detach that falls back to an UNMANAGED blocking domain can fail there.
    expect: { 'core/6.12': ['use-after-free'] },
  }),
  scenario('pair', {
    title: 'two devices of a group are attached, replaced and detached',
    about: 'spec/iommu-core.md §6: the group follows its first device',
    on: pair,
    setup: [ioas(), bind(0), bind(1), hwpt(0), hwpt(1)],
    tasks: [
      [
        attach({ hwpt: 0 }),
        attach({ hwpt: 1 }, 1),
        attach({ hwpt: 0 }, 1),
        attach({ hwpt: 1 }),
        detach(1),
        detach(0),
      ],
    ],
  }),
  scenario('detach-or-replace', {
    title: 'one device of a group is detached while another is replaced',
    about: 'what is put is what the group was attached to when its lock was taken',
    on: pair,
    setup: [
      ioas(),
      bind(0),
      bind(1),
      hwpt(0),
      hwpt(1),
      attach({ hwpt: 0 }),
      attach({ hwpt: 0 }, 1),
    ],
    tasks: [[detach(0)], [attach({ hwpt: 1 }, 1)]],
    expect: { 'core/6.12': ['CORE-011', 'data-race'] },
  }),
  scenario('auto', {
    title: 'two groups share the hwpt that attaching made; both go',
    about: 'it is destroyed with its last device, once',
    on: groups,
    setup: [ioas(), bind(0), bind(1), attach(), attach({ ioas: 0 }, 1)],
    tasks: [[detach(0)], [detach(1)]],
  }),
  scenario('nested', {
    title: 'a nested table keeps its parent',
    about: 'spec/cookies.md §4: users of the parent; no fault queue for a parent',
    setup: [ioas(), bind()],
    tasks: [
      [
        hwpt(3, { flags: 5 }),
        hwpt(0, { flags: 1 }),
        hwpt(1, { parent: 0 }),
        attach({ hwpt: 1 }),
        destroyHwpt(0),
        detach(),
        destroyHwpt(1),
        destroyHwpt(0),
      ],
    ],
  }),
  scenario('doorbell', {
    title: 'interrupts stay mapped when a hwpt replaces another',
    about: 'spec/cookies.md §3: sw_msi is the context’s',
    on: host({ devices: [device({ reserved: window })] }),
    setup: [ioas(), bind(), hwpt(0), hwpt(1), attach({ hwpt: 0 })],
    tasks: [[prepare, attach({ hwpt: 1 }), prepare, map(8)]],
  }),
  scenario('faults', {
    title: 'a device leaves a hwpt with page requests',
    about: 'real-bugs.md B37: every queued fault is answered exactly once',
    setup: [
      ioas(),
      bind(),
      hwpt(0, { ioas: 0, flags: 4 }),
      hwpt(1, { ioas: 0, flags: 4 }),
      attach({ hwpt: 0 }),
    ],
    tasks: [
      [{ op: 'page_request', device: 0 }],
      [attach({ hwpt: 1 }), { op: 'fault_respond', hwpt: 1, device: 0 }, detach()],
    ],
  }),
  scenario('windows', {
    title: 'two groups with interrupt windows share a hwpt',
    about: 'spec/cookies.md §8 M7',
    on: host({
      groups: [{}, {}],
      devices: [device({ reserved: window }), device({ group: 1, reserved: window })],
    }),
    setup: [ioas(), bind(0), bind(1), hwpt()],
    tasks: [[attach({ hwpt: 0 }), attach({ hwpt: 0 }, 1)]],
  }),
  scenario('bind-or-claim', {
    title: 'a device is bound while another owner claims its group',
    about: 'one of the two is the owner',
    tasks: [[bind(), unbind()], [{ op: 'claim_group', group: 0, owner: 1 }]],
  }),
  scenario('bind-pair', {
    title: 'two devices of a group are bound and unbound side by side',
    about: 'one group of the context for both, as long as one is bound',
    on: pair,
    tasks: [[bind(0), unbind(0)], [bind(1)]],
  }),
];
