// Where real revisions differ from the reference by design, not by mistake: named facts of a run that
// checks and steps look at. Spec: spapr-tce-v2.md, the sections below. Bugs are not quirks.

export interface Quirks {
  /**
   * v11, 4.2 (§3, "DDW take"): the first dynamic group of a container without a window in slot 0
   * makes the default one while it is attached, and binds the mm for that; none is ever pending.
   */
  readonly eagerDefaultWindow: boolean;
  /**
   * v11, 4.2 (§3, "groups already attached"): a legacy group goes into any container that has no
   * group yet (-EBUSY), v2 as well; a v1 container takes dynamic groups beside each other.
   */
  readonly legacyInV2: boolean;
  /** v11 (§2): CREATE and REMOVE are unknown ioctls. */
  readonly noWindowIoctls: boolean;
  /**
   * v11, 4.2 (§2, E_mm): nobody is a stranger; an operation works on its caller's own memory. What
   * was charged goes back to whoever paid, and a TCE to the region that it was counted in.
   */
  readonly anyProcess: boolean;
  /** 6.1 (§3): v1 takes legacy groups and v2 dynamic ones, anything else is -EPERM. */
  readonly attachByVersion: boolean;
  /** v11, 4.2 (§7, get/new): REGISTER tests overlap before it charges, allocates and pins. */
  readonly overlapFirst: boolean;
  /** All real revisions (§13, R8): REGISTER of size 0 is -ENOMEM. */
  readonly sizeZeroNoMemory: boolean;
  /** v11, 4.2 (§7, get/new): a container may register a region again; it unregisters as often. */
  readonly sharedRegistrations: boolean;
  /**
   * v11, 4.2 (§5, create): the userspace copy of a v2 table is allocated and charged apart from the
   * table, and a v1 table has none.
   */
  readonly separateView: boolean;
  /** v11 to 6.1 (§4): the last dynamic group leaves the tables with their TCEs to later groups. */
  readonly tablesOutliveGroups: boolean;
}

/** The reference. */
export const noQuirks: Quirks = Object.freeze({
  eagerDefaultWindow: false,
  legacyInV2: false,
  noWindowIoctls: false,
  anyProcess: false,
  attachByVersion: false,
  overlapFirst: false,
  sizeZeroNoMemory: false,
  sharedRegistrations: false,
  separateView: false,
  tablesOutliveGroups: false,
});

/** Which groups a container takes; `attachByVersion` is the later code and goes first. */
export type AttachRules = 'reference' | 'byVersion' | 'legacyAnywhere';

export function attachRulesOf({ attachByVersion, legacyInV2 }: Quirks): AttachRules {
  if (attachByVersion) return 'byVersion';
  return legacyInV2 ? 'legacyAnywhere' : 'reference';
}
