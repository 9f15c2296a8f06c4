// MSI doorbells of devices that iommufd owns: iommufd_sw_msi.

import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';

export class SwMsiSteps {
  *iommufdSwMsi(
    this: IommuKernel,
    _domain: IommuDomain,
    _device: Device,
    _address: U64,
  ): Steps<number> {
    yield this.world.env.local;
    return 0;
  }
}
