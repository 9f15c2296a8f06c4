// Random programs of the IOMMU stack, by subsystem. Users are hostile: they ask for anything. In-kernel
// clients are lawful: they keep the contracts of what they call, so that whatever fails is the engine's.

import { cookie } from './cookie.ts';
import { dirty } from './dirty.ts';
import { mapping } from './mapping.ts';
import { ownership } from './ownership.ts';
import { virtio } from './virtio.ts';

export const iommuArbitraries = { mapping, virtio, ownership, dirty, cookie };
