// BUG-L: a table that cannot be made stays charged.

import { defect } from './spapr.ts';

export const bugL = defect({
  id: 'BUG-L',
  title: 'locked_vm keeps the charge of a table that could not be made',
  source: 'spec/spapr-tce-v2.md §6, §11 BUG-L, §13 R12: seen on live Linux 6.12.107',
  class: 'accounting leak',
  violates: 'ACC-005',
  trigger: 'TCE_CREATE (or the first MAP) whose create_table fails',
  steps: {
    *tceIommuTableRefused() {},
  },
});
