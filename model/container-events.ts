// The events of the container machine, each a constant: an event carries the few facts that the
// machine's guards look at and that live outside the container. No behaviour here.
import type { AttachRules } from './quirks.ts';

/**
 * Is the calling process the one whose mm the container is bound to? `anyone`: nobody asks, because
 * of the quirk anyProcess.
 */
export type Caller = 'owner' | 'stranger' | 'anyone';

/** `static`: a group of the dynamic kind on a host without dynamic windows. */
export type GroupKind = 'none' | 'legacy' | 'static' | 'ddw';
export type Relation = 'fresh' | 'member' | 'otherFamily';

export type ContainerEvent =
  /** Every ioctl but CHECK_EXTENSION: container->mm against current->mm. */
  | { readonly type: 'ENTER'; readonly caller: Caller }
  /** tce_iommu_mm_set() of REGISTER, CREATE and REMOVE, after their test for v2. */
  | { readonly type: 'SET_MM'; readonly caller: Caller }
  | { readonly type: 'ENABLE'; readonly caller: Caller; readonly window32: boolean }
  | { readonly type: 'UNREGISTER'; readonly caller: Caller }
  | {
      readonly type: 'ATTACH';
      readonly rules: AttachRules;
      readonly group: GroupKind;
      readonly relation: Relation;
    }
  | { readonly type: 'ATTACHED'; readonly slot0: 'empty' | 'taken' }
  | { readonly type: PlainType };

type PlainType =
  | 'ENABLED'
  | 'DISABLE'
  | 'REGISTERED'
  /** What an attach does that charges for a table; it never minds whose mm it finds. */
  | 'BIND_MM'
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
const byCaller = (type: 'ENTER' | 'SET_MM' | 'UNREGISTER') => ({
  owner: Object.freeze({ type, caller: 'owner' }) as ContainerEvent,
  stranger: Object.freeze({ type, caller: 'stranger' }) as ContainerEvent,
  anyone: Object.freeze({ type, caller: 'anyone' }) as ContainerEvent,
});
const enable = (caller: Caller) => ({
  window: Object.freeze({ type: 'ENABLE', caller, window32: true }) as ContainerEvent,
  noWindow: Object.freeze({ type: 'ENABLE', caller, window32: false }) as ContainerEvent,
});
const attachAs = (rules: AttachRules, group: GroupKind, relation: Relation): ContainerEvent =>
  Object.freeze({ type: 'ATTACH', rules, group, relation });
const byRelation = (rules: AttachRules, group: GroupKind) => ({
  fresh: attachAs(rules, group, 'fresh'),
  member: attachAs(rules, group, 'member'),
  otherFamily: attachAs(rules, group, 'otherFamily'),
});
const attach = (rules: AttachRules) => ({
  none: byRelation(rules, 'none'),
  legacy: byRelation(rules, 'legacy'),
  static: byRelation(rules, 'static'),
  ddw: byRelation(rules, 'ddw'),
});
const attached = (slot0: 'empty' | 'taken'): ContainerEvent =>
  Object.freeze({ type: 'ATTACHED', slot0 });

export const containerEvents = {
  enter: byCaller('ENTER'),
  setMm: byCaller('SET_MM'),
  enable: { owner: enable('owner'), stranger: enable('stranger'), anyone: enable('anyone') },
  enabled: plain('ENABLED'),
  disable: plain('DISABLE'),
  registered: plain('REGISTERED'),
  unregister: byCaller('UNREGISTER'),
  bindMm: plain('BIND_MM'),
  useDma: plain('USE_DMA'),
  needGroup: plain('NEED_GROUP'),
  needWindow: plain('NEED_WINDOW'),
  defaultSettled: plain('DEFAULT_SETTLED'),
  attach: {
    reference: attach('reference'),
    byVersion: attach('byVersion'),
    legacyAnywhere: attach('legacyAnywhere'),
  },
  attached: { empty: attached('empty'), taken: attached('taken') },
  detached: plain('DETACHED'),
  close: plain('CLOSE'),
} as const;

export const containerAlphabet: readonly ContainerEvent[] = [
  ...Object.values(containerEvents.enter),
  ...Object.values(containerEvents.setMm),
  ...Object.values(containerEvents.enable).flatMap((events) => Object.values(events)),
  containerEvents.enabled,
  containerEvents.disable,
  containerEvents.registered,
  ...Object.values(containerEvents.unregister),
  containerEvents.bindMm,
  containerEvents.useDma,
  containerEvents.needGroup,
  containerEvents.needWindow,
  containerEvents.defaultSettled,
  ...Object.values(containerEvents.attach)
    .flatMap((kinds) => Object.values(kinds))
    .flatMap((events) => Object.values(events)),
  ...Object.values(containerEvents.attached),
  containerEvents.detached,
  containerEvents.close,
];
