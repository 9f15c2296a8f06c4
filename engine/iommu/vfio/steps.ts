// The steps of VFIO, type1 and KVM, for the kernel's table.

import { KvmSteps } from '../kvm/kvm.ts';
import { ContainerSteps } from './container.ts';
import { VfioDeviceSteps } from './device.ts';
import { VfioGroupSteps } from './group.ts';
import { Type1AttachSteps } from './type1/attach.ts';
import { Type1DetachSteps } from './type1/detach.ts';
import { Type1DirtySteps } from './type1/dirty.ts';
import { Type1IoctlSteps } from './type1/ioctl.ts';
import { Type1MapSteps } from './type1/map.ts';
import { Type1MediatedSteps } from './type1/mediated.ts';
import { Type1PinSteps } from './type1/pin.ts';
import { Type1ReplaySteps } from './type1/replay.ts';
import { Type1UnmapSteps } from './type1/unmap.ts';

export interface VfioSteps
  extends ContainerSteps,
    VfioGroupSteps,
    VfioDeviceSteps,
    Type1AttachSteps,
    Type1DetachSteps,
    Type1IoctlSteps,
    Type1MapSteps,
    Type1UnmapSteps,
    Type1PinSteps,
    Type1ReplaySteps,
    Type1MediatedSteps,
    Type1DirtySteps,
    KvmSteps {}

export const vfioSteps = [
  ContainerSteps,
  VfioGroupSteps,
  VfioDeviceSteps,
  Type1AttachSteps,
  Type1DetachSteps,
  Type1IoctlSteps,
  Type1MapSteps,
  Type1UnmapSteps,
  Type1PinSteps,
  Type1ReplaySteps,
  Type1MediatedSteps,
  Type1DirtySteps,
  KvmSteps,
] as const;
