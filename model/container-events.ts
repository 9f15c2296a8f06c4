// The events of the container machine, each a constant: an event carries the few facts that the
// machine's guards look at and that live outside the container. No behaviour here.

/** Is the calling process the one whose mm the container is bound to? */
export type Caller = 'owner' | 'stranger';

export type GroupKind = 'none' | 'legacy' | 'ddw';
export type Relation = 'fresh' | 'member' | 'otherFamily';

export type ContainerEvent =
  /** Every ioctl but CHECK_EXTENSION: container->mm against current->mm. */
  | { readonly type: 'ENTER'; readonly caller: Caller }
  /** tce_iommu_mm_set() of REGISTER, CREATE and REMOVE, after their test for v2. */
  | { readonly type: 'SET_MM'; readonly caller: Caller }
  | { readonly type: 'ENABLE'; readonly caller: Caller; readonly window32: boolean }
  | { readonly type: 'ATTACH'; readonly group: GroupKind; readonly relation: Relation }
  | { readonly type: 'ATTACHED'; readonly slot0: 'empty' | 'taken' }
  | { readonly type: PlainType };

type PlainType =
  | 'ENABLED'
  | 'DISABLE'
  | 'REGISTERED'
  | 'UNREGISTER'
  /** MAP and UNMAP need an enabled container. */
  | 'USE_DMA'
  /** CREATE, REMOVE and GET_INFO need a group. */
  | 'NEED_GROUP'
  /** tce_iommu_create_default_window(). */
  | 'NEED_WINDOW'
  /** The default window was made, or REMOVE cancelled it. */
  | 'DEFAULT_SETTLED'
  | 'DETACHED'
  | 'CLOSE';

const plain = (type: PlainType): ContainerEvent => Object.freeze({ type });
const byCaller = (type: 'ENTER' | 'SET_MM') => ({
  owner: Object.freeze({ type, caller: 'owner' }) as ContainerEvent,
  stranger: Object.freeze({ type, caller: 'stranger' }) as ContainerEvent,
});
const enable = (caller: Caller) => ({
  window: Object.freeze({ type: 'ENABLE', caller, window32: true }) as ContainerEvent,
  noWindow: Object.freeze({ type: 'ENABLE', caller, window32: false }) as ContainerEvent,
});
const attach = (group: GroupKind) => ({
  fresh: Object.freeze({ type: 'ATTACH', group, relation: 'fresh' }) as ContainerEvent,
  member: Object.freeze({ type: 'ATTACH', group, relation: 'member' }) as ContainerEvent,
  otherFamily: Object.freeze({ type: 'ATTACH', group, relation: 'otherFamily' }) as ContainerEvent,
});
const attached = (slot0: 'empty' | 'taken'): ContainerEvent =>
  Object.freeze({ type: 'ATTACHED', slot0 });

export const containerEvents = {
  enter: byCaller('ENTER'),
  setMm: byCaller('SET_MM'),
  enable: { owner: enable('owner'), stranger: enable('stranger') },
  enabled: plain('ENABLED'),
  disable: plain('DISABLE'),
  registered: plain('REGISTERED'),
  unregister: plain('UNREGISTER'),
  useDma: plain('USE_DMA'),
  needGroup: plain('NEED_GROUP'),
  needWindow: plain('NEED_WINDOW'),
  defaultSettled: plain('DEFAULT_SETTLED'),
  attach: { none: attach('none'), legacy: attach('legacy'), ddw: attach('ddw') },
  attached: { empty: attached('empty'), taken: attached('taken') },
  detached: plain('DETACHED'),
  close: plain('CLOSE'),
} as const;

export const containerAlphabet: readonly ContainerEvent[] = [
  ...Object.values(containerEvents.enter),
  ...Object.values(containerEvents.setMm),
  ...Object.values(containerEvents.enable.owner),
  ...Object.values(containerEvents.enable.stranger),
  containerEvents.enabled,
  containerEvents.disable,
  containerEvents.registered,
  containerEvents.unregister,
  containerEvents.useDma,
  containerEvents.needGroup,
  containerEvents.needWindow,
  containerEvents.defaultSettled,
  ...Object.values(containerEvents.attach.none),
  ...Object.values(containerEvents.attach.legacy),
  ...Object.values(containerEvents.attach.ddw),
  ...Object.values(containerEvents.attached),
  containerEvents.detached,
  containerEvents.close,
];
