// IFD-B43: the alignment of an IOVA that is chosen wraps around.

import { lowestBit } from '../../../iommu/iommufd/ioas.ts';
import { defect } from '../iommu.ts';

export const iommufdB43 = defect({
  id: 'IFD-B43',
  title: 'a huge mapping without a fixed IOVA is put over others',
  source: 'iommufd: Prevent ALIGN() overflow (6.12.43); real-bugs.md 43',
  class: 'overflow',
  violates: 'IFD-006',
  trigger: 'ioas_map at 2^63 and low, ioas_map of more than 2^62 bytes anywhere',
  steps: {
    ioptIovaStep(address, length) {
      const power = 2 ** Math.ceil(Math.log2(length));
      const lowest = lowestBit(address);
      return Math.min(power, address === 0 ? power : lowest);
    },
    ioptAlignUp(address, step) {
      return (Math.ceil(address / step) * step) % 2 ** 64;
    },
  },
});
