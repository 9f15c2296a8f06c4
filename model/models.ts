// Every machine of the specification as a model to be checked, by name: what `iommucheck model --bundled`
// lists and the tests check.
import type { AnyModel } from './check/index.ts';
import { countingModels } from './iommu/models.ts';
import { requestModels } from './iommu/request-models.ts';
import { spaprModels } from './spapr-models.ts';

export const bundledModels: Readonly<Record<string, AnyModel>> = {
  ...spaprModels,
  ...countingModels,
  ...requestModels,
};
