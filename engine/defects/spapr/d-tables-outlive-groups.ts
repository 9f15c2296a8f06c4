// Divergence: before 6.2 a detached group's windows are unset and its tables left as they are.

import { divergence } from './spapr.ts';

export const tablesOutliveGroups = divergence({
  id: 'D-DETACH',
  title: 'the last group to leave does not clear the tables',
  source: 'spec/spapr-tce-v2.md §4, v11 to 6.1',
  trigger: 'REGISTER, MAP, detach, UNREGISTER: -EBUSY',
  allows: ['tablesOutliveGroups'],
  steps: {
    *tceIommuClearOnDetach() {},
  },
});
