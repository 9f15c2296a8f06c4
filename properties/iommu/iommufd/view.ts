// What the properties of iommufd look at, read from outside: its living objects.

import type { IommuWorld } from '../../../engine/iommu/index.ts';
import { type IoptArea, IoptPages } from '../../../engine/iommu/iommufd/iopt.ts';
import { Hwpt, Idev, Igroup, Ioas } from '../../../engine/iommu/iommufd/objects.ts';

export interface View {
  readonly ioases: readonly Ioas[];
  readonly hwpts: readonly Hwpt[];
  readonly idevs: readonly Idev[];
  readonly igroups: readonly Igroup[];
  readonly pages: readonly IoptPages[];
  /** Of living IOASes, in their tables. */
  readonly areas: readonly IoptArea[];
}

export function viewOf(world: IommuWorld): View {
  const all = [...world.heap.living()];
  const of = <T>(kind: new (...args: never[]) => T) =>
    all.filter((object): object is typeof object & T => object instanceof kind);
  const ioases = of(Ioas);
  return {
    ioases,
    hwpts: of(Hwpt),
    idevs: of(Idev),
    igroups: of(Igroup),
    pages: of(IoptPages),
    areas: ioases.flatMap((ioas) => ioas.iopt.areas.stored.members),
  };
}

/** Numbers of the pages that an area takes. */
export function pageNumbers(area: IoptArea, size: number): number[] {
  const first = Math.floor(area.startByte / size);
  const last = Math.floor((area.startByte + area.length - 1) / size);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Areas of these pages that a domain has. */
export const filledAreas = (view: View, pages: IoptPages): IoptArea[] =>
  view.areas.filter((a) => a.pages.stored === pages && a.storageDomain.stored !== null);
