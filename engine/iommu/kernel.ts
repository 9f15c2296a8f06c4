// The kernel code of the IOMMU stack as a table of steps that call each other through `this`: a delta
// replaces one.

import { composeKernel } from '../defects/compose.ts';
import type { Delta, Revision } from '../defects/define.ts';
import { CookieSteps } from './cookie/cookies.ts';
import { FlushQueueSteps } from './cookie/flushQueue.ts';
import { IovaSteps } from './cookie/iova.ts';
import { MsiSteps } from './cookie/msi.ts';
import { IommufdDeviceSteps } from './iommufd/device.ts';
import { FaultSteps } from './iommufd/faults.ts';
import { FillSteps } from './iommufd/fill.ts';
import { CutSteps } from './iommufd/cut.ts';
import { HwptSteps } from './iommufd/hwpt.ts';
import { IoasSteps } from './iommufd/ioas.ts';
import { ObjectSteps } from './iommufd/object.ts';
import { ReplaceSteps } from './iommufd/replace.ts';
import { SwMsiSteps } from './iommufd/swMsi.ts';
import { TableSteps } from './iommufd/table.ts';
import { AllocSteps } from './core/alloc.ts';
import { AttachSteps } from './core/attach.ts';
import { DefaultDomainSteps } from './core/defaultDomain.ts';
import { DeviceDomainSteps } from './core/deviceDomain.ts';
import { DriverSteps } from './core/driver.ts';
import { DriverAttachSteps } from './core/driverAttach.ts';
import { MappingSteps } from './core/mapping.ts';
import { PasidSteps } from './core/pasid.ts';
import { ProbeSteps } from './core/probe.ts';
import { DmaApiSteps } from './core/dmaApi.ts';
import { RadixSteps } from './core/radix.ts';
import { RadixClearSteps } from './core/radixClear.ts';
import { ScatterlistSteps } from './core/scatterlist.ts';
import { HwptDirtySteps } from './dirty/hwpt.ts';
import { DirtyLogSteps } from './dirty/log.ts';
import { MergeSteps } from './dirty/merge.ts';
import { SplitSteps } from './dirty/split.ts';
import { DirtyTrackingSteps } from './dirty/track.ts';
import { DirtyWalkSteps } from './dirty/walk.ts';
import { DmaSteps } from './hw/dma.ts';
import { PageSteps } from './hw/pages.ts';
import { VirtioDmaSteps } from './hw/virtio.ts';
import { MmSteps } from './mm.ts';
import { CoherencySteps } from './ownership/coherency.ts';
import { OwnershipSteps } from './ownership/ownership.ts';
import {
  ViommuAttachSteps,
  ViommuDomainSteps,
  ViommuEndpointSteps,
  ViommuMappingSteps,
  ViommuQueueSteps,
} from './virtio/driver.ts';
import { type VfioSteps, vfioSteps } from './vfio/steps.ts';
import type { IommuWorld } from './world.ts';

/** What `this` is in every step: all steps, and the world they work on. */
export interface IommuKernel
  extends MappingSteps,
    ScatterlistSteps,
    RadixSteps,
    RadixClearSteps,
    DmaApiSteps,
    DmaSteps,
    VirtioDmaSteps,
    PageSteps,
    DriverSteps,
    DriverAttachSteps,
    AllocSteps,
    AttachSteps,
    DeviceDomainSteps,
    PasidSteps,
    DefaultDomainSteps,
    ProbeSteps,
    OwnershipSteps,
    CoherencySteps,
    CookieSteps,
    IovaSteps,
    FlushQueueSteps,
    MsiSteps,
    SwMsiSteps,
    ObjectSteps,
    IoasSteps,
    FillSteps,
    TableSteps,
    CutSteps,
    FaultSteps,
    HwptSteps,
    IommufdDeviceSteps,
    ReplaceSteps,
    MmSteps,
    SplitSteps,
    MergeSteps,
    DirtyLogSteps,
    DirtyWalkSteps,
    DirtyTrackingSteps,
    HwptDirtySteps,
    ViommuAttachSteps,
    ViommuDomainSteps,
    ViommuEndpointSteps,
    ViommuMappingSteps,
    ViommuQueueSteps,
    VfioSteps {
  readonly world: IommuWorld;
}

export type IommuDelta = Delta<IommuKernel>;
export type IommuRevision = Revision<IommuKernel>;

/** The kernel of a revision in a world; `onDelta` is told each time a delta's code runs. */
export const bootIommuKernel = composeKernel<IommuKernel>([
  MappingSteps,
  ScatterlistSteps,
  RadixSteps,
  RadixClearSteps,
  DmaApiSteps,
  DmaSteps,
  VirtioDmaSteps,
  PageSteps,
  DriverSteps,
  DriverAttachSteps,
  AllocSteps,
  AttachSteps,
  DeviceDomainSteps,
  PasidSteps,
  DefaultDomainSteps,
  ProbeSteps,
  OwnershipSteps,
  CoherencySteps,
  CookieSteps,
  IovaSteps,
  FlushQueueSteps,
  MsiSteps,
  SwMsiSteps,
  ObjectSteps,
  IoasSteps,
  FillSteps,
  TableSteps,
  CutSteps,
  FaultSteps,
  HwptSteps,
  IommufdDeviceSteps,
  ReplaceSteps,
  MmSteps,
  SplitSteps,
  MergeSteps,
  DirtyLogSteps,
  DirtyWalkSteps,
  DirtyTrackingSteps,
  HwptDirtySteps,
  ViommuAttachSteps,
  ViommuDomainSteps,
  ViommuEndpointSteps,
  ViommuMappingSteps,
  ViommuQueueSteps,
  ...vfioSteps,
]);
