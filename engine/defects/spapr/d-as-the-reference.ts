// Behaviours that reviewers or live kernels raised questions about, and that the reference keeps:
// documented as permissive, or possibly intended. They replace nothing.

import { divergence } from './spapr.ts';

export const registerEnables = divergence({
  id: 'U4',
  title: 'REGISTER enables a container for good; groups may still come and go',
  source: 'seed 001, D. Gibson on tce_iommu_register_pages; spec/spapr-tce-v2.md §11 U4',
  trigger: 'REGISTER, then attach another group',
  steps: {},
});

export const removeByContained = divergence({
  id: 'R3',
  title: 'TCE_REMOVE with any address inside a window removes it',
  source: 'spec/spapr-tce-v2.md §13 R3: seen on live Linux 6.12.107; may be intended',
  trigger: 'TCE_REMOVE of an address in the middle of a window',
  steps: {},
});

export const mapByProcess = divergence({
  id: 'R6',
  title: 'a container maps memory that only another container of the process registered',
  source: 'spec/spapr-tce-v2.md §13 R6: seen on live Linux 6.12.107; may be intended',
  trigger: 'REGISTER in one container, MAP in another',
  steps: {},
});
