// Where revisions of the IOMMU stack differ from the reference by design: facts of a run that deltas
// name and the machines then allow. Bugs are not quirks.

export interface IommuQuirks {
  /** Up to 6.1 (spec/iommu-core.md §2): an iotlb_sync_map that fails is not told. */
  readonly ignoresSyncMap: boolean;
  /** E1, E2' (spec/cookies.md §2, §10): a fault handler takes no cookie, and replaces another. */
  readonly handlerIsNoCookie: boolean;
  /** E1 (spec/cookies.md §8): prepare_msi of a domain without a cookie is 0. */
  readonly msiWithoutCookie: boolean;
  /** Up to 5.17 (spec/coherency-and-ownership.md §8): there is nothing to enforce. */
  readonly noEnforce: boolean;
  /** Up to 6.1 (§4): a claim without a blocking domain is -EINVAL, whatever the reason. */
  readonly claimEinval: boolean;
  /** Before 6.6 (§8): a group with direct regions can be claimed. */
  readonly directClaimed: boolean;
  /** V0 (spec/virtio-domain.md §4): a domain of another virtio-iommu is -EXDEV. */
  readonly foreignExdev: boolean;
  /** V0, V1 (§2, §5): the first attach says of which instance a domain is; before, no map works. */
  readonly lateFinalise: boolean;
  /** VS (§2): the same of identity domains only. */
  readonly lateIdentity: boolean;
  /** 5.19 to 6.1 (§3): KVM asks the container of a group; no machine depends on it. */
  readonly coherencyByContainer: boolean;
}

/** The reference. */
export const noIommuQuirks: IommuQuirks = Object.freeze({
  ignoresSyncMap: false,
  handlerIsNoCookie: false,
  msiWithoutCookie: false,
  noEnforce: false,
  claimEinval: false,
  directClaimed: false,
  foreignExdev: false,
  lateFinalise: false,
  lateIdentity: false,
  coherencyByContainer: false,
});
