// Where revisions of the IOMMU stack differ from the reference by design: facts of a run that deltas
// name and the machines then allow. Bugs are not quirks.

export interface IommuQuirks {
  /** Up to 6.1 (spec/iommu-core.md §2): an iotlb_sync_map that fails is not told. */
  readonly ignoresSyncMap: boolean;
  /** E1, E2' (spec/cookies.md §2, §10): a fault handler takes no cookie, and replaces another. */
  readonly handlerIsNoCookie: boolean;
  /** E1 (spec/cookies.md §8): prepare_msi of a domain without a cookie is 0. */
  readonly msiWithoutCookie: boolean;
}

/** The reference. */
export const noIommuQuirks: IommuQuirks = Object.freeze({
  ignoresSyncMap: false,
  handlerIsNoCookie: false,
  msiWithoutCookie: false,
});
